import type { Migration } from '@crossdock/mongo';

const INDEX_NOT_FOUND = 27;
const NAMESPACE_NOT_FOUND = 26;

/** What earlier versions left behind. */
export const storeMigrations: Migration[] = [
  {
    name: '0001-drop-unused-indexes',
    async up(connection) {
      const unused = { products: 'living', task_pages: 'handled', sync_tasks: 'takeable' };
      for (const [collection, index] of Object.entries(unused))
        await connection
          .collection(collection)
          .dropIndex(index)
          .catch((err: { code?: number }) => {
            if (err.code !== INDEX_NOT_FOUND && err.code !== NAMESPACE_NOT_FOUND) throw err;
          });
    },
  },
];
