import { failpoint } from '@crossdock/kernel';
import { isDuplicateKey } from '@crossdock/mongo';
import { Schema, type Connection } from 'mongoose';

interface PageRow {
  _id: string;
  task: string;
  page: number;
  fence: number;
  ids: string[];
  /** Living rows the scan asked for and the platform does not know. */
  missing: string[];
  at: Date;
}

/** Pages of a task that ended long ago are of no use to anybody. */
const KEPT_SECONDS = 2 * 24 * 3600;

const schema = new Schema<PageRow>({
  _id: String,
  task: String,
  page: Number,
  fence: Number,
  ids: [String],
  missing: [String],
  at: Date,
});
schema.index({ task: 1, page: 1 }, { name: 'missing', partialFilterExpression: { 'missing.0': { $exists: true } } });
schema.index({ at: 1 }, { name: 'expiry', expireAfterSeconds: KEPT_SECONDS });

/** A task's pages sort together: `/` and the character after it bound them. */
const ofTask = (task: string) => ({ _id: { $gt: `${task}/`, $lt: `${task}0` } as never });

/** Which ids a task handled on which page: rows met again are not counted again, rows in none are asked for by the scan. */
export function taskPageStore(connection: Connection) {
  const model = connection.model<PageRow>('TaskPage', schema, 'task_pages');
  const rows = () => model.collection;
  return {
    model,

    /** The ids of a task's pages up to `page`, a page at a time. */
    async *idsUpTo(task: string, page: number): AsyncGenerator<string[]> {
      const found = rows().find({ ...ofTask(task), page: { $lte: page } }, { projection: { ids: 1 } });
      for await (const row of found) yield row['ids'] as string[];
    },

    /** False when a later holder already wrote this page. */
    async write(
      task: string,
      page: number,
      fence: number,
      { ids, missing }: { ids: string[]; missing: string[] },
      at: Date,
    ): Promise<boolean> {
      try {
        await rows().updateOne(
          { _id: `${task}/${page}` as never, fence: { $lte: fence } },
          { $set: { task, page, fence, ids, missing, at } },
          { upsert: true },
        );
        return true;
      } catch (err) {
        if (isDuplicateKey(err)) return false;
        throw err;
      }
    },

    /** The first page after `page` on which rows were missing; null when there is none. */
    async nextMissing(task: string, page: number): Promise<{ page: number; ids: string[] } | null> {
      const [found] = await rows()
        .find({ task, page: { $gt: page }, 'missing.0': { $exists: true } }, { projection: { page: 1, missing: 1 } })
        .sort({ page: 1 })
        .limit(1)
        .toArray();
      return found === undefined ? null : { page: found['page'] as number, ids: found['missing'] as string[] };
    },

    async drop(task: string): Promise<void> {
      await rows().deleteMany(ofTask(task));
    },

    /** Only what is missing, for as long as its removal may be approved. */
    async keepMissing(task: string, until: Date): Promise<void> {
      await rows().deleteMany({ ...ofTask(task), 'missing.0': { $exists: false } });
      await failpoint('sync.pages-trimmed');
      await rows().updateMany(ofTask(task), {
        $set: { ids: [], at: new Date(until.getTime() - KEPT_SECONDS * 1_000) },
      });
    },
  };
}

export type TaskPageStore = ReturnType<typeof taskPageStore>;
