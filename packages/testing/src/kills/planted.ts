import type { mongo } from 'mongoose';
import { ofConnector } from '../failpoints/facts.ts';
import type { Subject } from '../failpoints/subject.ts';

interface Mistake {
  mistake: string;
  /** Leaves in the store of the orchestrator what a mistaken one would after the one sync of the shop. */
  plant(db: mongo.Db, subject: Subject): Promise<unknown>;
}

const PAST = new Date(0);
type Ids = { _id: string };
const taskOf = (db: mongo.Db, { asked }: Subject) =>
  [db.collection<Ids>('sync_tasks'), { _id: asked[0] ?? '' }] as const;

export const MISTAKES: Mistake[] = [
  {
    mistake: 'a page is checkpointed before its rows are written',
    plant: (db, { connectorId }) => db.collection<Ids>('products').deleteOne(ofConnector(connectorId)),
  },
  {
    mistake: 'an older state is written over a newer one',
    plant: (db, { connectorId }) =>
      db.collection<Ids>('products').updateOne(ofConnector(connectorId), { $set: { sourceUpdatedAt: new Date(0) } }),
  },
  {
    mistake: 'a row is written again, as a change, by whoever meets it again',
    plant: (db, { connectorId }) =>
      db.collection<Ids>('products').updateOne(ofConnector(connectorId), { $inc: { version: 1 } }),
  },
  {
    mistake: 'a page that comes again counts again',
    async plant(db, subject) {
      const [tasks, filter] = taskOf(db, subject);
      await tasks.updateOne(filter, { $inc: { 'counters.synced': 200, total: 200 } });
    },
  },
  {
    mistake: 'a task is told as ended before it is marked as ended',
    async plant(db, subject) {
      const [tasks, filter] = taskOf(db, subject);
      await tasks.updateOne(filter, {
        $set: { status: 'running', claimId: 'gone', leaseUntil: PAST, claimedAt: PAST },
      });
    },
  },
  {
    mistake: 'a successor begins two pages back',
    async plant(db, { asked }) {
      const pages = db.collection<Ids & { fence: number }>('task_pages');
      await pages.insertMany([1, 2].map((page) => ({ _id: `${asked[0]}/${page}`, fence: 1_000 })));
    },
  },
];
