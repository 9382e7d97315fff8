import type { Migration } from '@crossdock/mongo';
import type { Connection } from 'mongoose';
import { keptFrom } from './task-pages.ts';

const INDEX_NOT_FOUND = 27;
const NAMESPACE_NOT_FOUND = 26;

async function dropIndex(connection: Connection, collection: string, index: string): Promise<void> {
  await connection
    .collection(collection)
    .dropIndex(index)
    .catch((err: { code?: number }) => {
      if (err.code !== INDEX_NOT_FOUND && err.code !== NAMESPACE_NOT_FOUND) throw err;
    });
}

/** What earlier versions left behind. */
export const storeMigrations: Migration[] = [
  {
    name: '0001-drop-unused-indexes',
    async up(connection) {
      const unused = { products: 'living', task_pages: 'handled', sync_tasks: 'takeable' };
      for (const [collection, index] of Object.entries(unused)) await dropIndex(connection, collection, index);
    },
  },
  {
    name: '0002-pages-of-waiting-tasks-stay',
    async up(connection) {
      await dropIndex(connection, 'task_pages', 'expiry');
      const pages = connection.collection('task_pages');
      await pages.updateMany({ expiresAt: null }, { $set: { expiresAt: keptFrom(new Date()) }, $unset: { at: '' } });
    },
  },
];
