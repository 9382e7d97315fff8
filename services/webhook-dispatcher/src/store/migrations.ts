import type { Migration } from '@crossdock/mongo';

const INDEX_NOT_FOUND = 27;

/** What databases of earlier versions still have to go through. */
export const MIGRATIONS: Migration[] = [
  {
    name: '0001-drop-newest-without-id',
    async up(connection) {
      try {
        await connection.collection('deliveries').dropIndex('endpoint_newest');
      } catch (err) {
        if ((err as { code?: unknown }).code !== INDEX_NOT_FOUND) throw err;
      }
    },
  },
];
