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
schema.index({ task: 1, ids: 1 }, { name: 'handled' });
schema.index({ at: 1 }, { name: 'expiry', expireAfterSeconds: KEPT_SECONDS });

/** Which ids a task handled on which page: rows met again are not counted again, rows in none are asked for by the scan. */
export function taskPageStore(connection: Connection) {
  const model = connection.model<PageRow>('TaskPage', schema, 'task_pages');
  const rows = () => model.collection;
  return {
    model,

    /** Those of `ids` that stand on a page before `page`. */
    async handled(task: string, page: number, ids: string[]): Promise<Set<string>> {
      if (page <= 1 || ids.length === 0) return new Set();
      const wanted = new Set(ids);
      const found = await rows()
        .find(
          { task, page: { $lt: page }, ids: { $in: ids } },
          { projection: { ids: { $setIntersection: ['$ids', ids] } } },
        )
        .toArray();
      return new Set(found.flatMap((row) => row['ids'] as string[]).filter((id) => wanted.has(id)));
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
      await rows().deleteMany({ task });
    },

    /** Only what is missing, for as long as its removal may be approved. */
    async keepMissing(task: string, until: Date): Promise<void> {
      await rows().deleteMany({ task, 'missing.0': { $exists: false } });
      await rows().updateMany({ task }, { $set: { ids: [], at: new Date(until.getTime() - KEPT_SECONDS * 1_000) } });
    },
  };
}

export type TaskPageStore = ReturnType<typeof taskPageStore>;
