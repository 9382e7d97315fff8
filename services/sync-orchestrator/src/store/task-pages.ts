import { failpoint } from '@crossdock/kernel';
import { isDuplicateKey } from '@crossdock/mongo';
import { Schema, type Connection } from 'mongoose';

interface PageRow {
  _id: string;
  task: string;
  page: number;
  fence: number;
  /** One text, a line each: a list of hundreds costs both sides much more. Pages of earlier versions have a list. */
  ids: string | string[];
  /** Living rows the scan asked for and the platform does not know. */
  missing: string[];
  expiresAt: Date;
}

const DAY_MS = 24 * 3_600_000;
/** Longer than deletions are held for review, by days: pages that nobody could trim or renew at the end last that long too. */
const KEPT_MS = 35 * DAY_MS;
/** Who takes a task up renews what is older: the pages of a task that waits outlive any wait. */
const RENEWED_AFTER_MS = DAY_MS;

const schema = new Schema<PageRow>({
  _id: String,
  task: String,
  page: Number,
  fence: Number,
  ids: Schema.Types.Mixed,
  missing: [String],
  expiresAt: Date,
});
schema.index({ task: 1, page: 1 }, { name: 'missing', partialFilterExpression: { 'missing.0': { $exists: true } } });
schema.index({ expiresAt: 1 }, { name: 'expired', expireAfterSeconds: 0 });

/** A task's pages sort together: `/` and the character after it bound them. */
const ofTask = (task: string) => ({ _id: { $gt: `${task}/`, $lt: `${task}0` } as never });

const textOf = (ids: string[]): string => ids.join('\n');

function idsOf(ids: string | string[]): string[] {
  if (typeof ids !== 'string') return ids;
  return ids === '' ? [] : ids.split('\n');
}

/** When what is written or renewed now expires. */
export const keptFrom = (now: Date): Date => new Date(now.getTime() + KEPT_MS);

/** Which ids a task handled on which page: rows met again are not counted again, rows in none are asked for by the scan. */
export function taskPageStore(connection: Connection) {
  const model = connection.model<PageRow>('TaskPage', schema, 'task_pages');
  const rows = () => model.collection;
  return {
    model,

    /** The ids of a task's pages up to `page`, a page at a time. */
    async *idsUpTo(task: string, page: number): AsyncGenerator<string[]> {
      const found = rows().find({ ...ofTask(task), page: { $lte: page } }, { projection: { ids: 1 } });
      for await (const row of found) yield idsOf(row['ids']);
    },

    /** False when a later holder already wrote this page. */
    async write(
      task: string,
      page: number,
      fence: number,
      { ids, missing }: { ids: string[]; missing: string[] },
      now: Date,
    ): Promise<boolean> {
      const _id = `${task}/${page}` as never;
      const row = { task, page, fence, ids: textOf(ids), missing, expiresAt: keptFrom(now) };
      try {
        await rows().insertOne({ _id, ...row });
        return true;
      } catch (err) {
        if (!isDuplicateKey(err)) throw err;
      }
      const { matchedCount } = await rows().updateOne({ _id, fence: { $lte: fence } }, { $set: row });
      return matchedCount === 1;
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

    async renew(task: string, now: Date): Promise<void> {
      const due = keptFrom(new Date(now.getTime() - RENEWED_AFTER_MS));
      await rows().updateMany({ ...ofTask(task), expiresAt: { $lt: due } }, { $set: { expiresAt: keptFrom(now) } });
    },

    async drop(task: string): Promise<void> {
      await rows().deleteMany(ofTask(task));
    },

    /** Only what is missing. */
    async keepMissing(task: string): Promise<void> {
      await rows().deleteMany({ ...ofTask(task), 'missing.0': { $exists: false } });
      await failpoint('sync.pages-trimmed');
      await rows().updateMany(ofTask(task), { $set: { ids: '' } });
    },
  };
}

export type TaskPageStore = ReturnType<typeof taskPageStore>;
