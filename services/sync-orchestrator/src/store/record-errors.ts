import { isDuplicateKey } from '@crossdock/mongo';
import type { RecordRef } from '@crossdock/platforms';
import { Schema, type Connection, type mongo } from 'mongoose';
import type { RowMark } from '../domain/row.ts';
import { untoldBy } from './record-rows.ts';

/** Why one record of one task could not be synced. */
export interface RecordError {
  externalId: string;
  code: string;
  field: string;
  message: string;
}

/** With where the record belongs, for another try. */
export interface FailedRecord extends RecordError {
  ref: RecordRef;
}

interface ErrorRow extends FailedRecord {
  _id: string;
  tenant: string;
  connectorId: string;
  task: string;
  at: Date;
  /** The holder and page that last met the record failing; earlier ones have none. */
  mark?: RowMark;
  /** The task that met the record in step after this: its own, or one that tried it again. */
  resolvedBy: string | null;
}

/** As long as an ended task, and a month of waiting before its end. */
const KEPT_SECONDS = 120 * 24 * 3600;

const schema = new Schema<ErrorRow>({
  _id: String,
  tenant: String,
  connectorId: String,
  task: String,
  externalId: String,
  code: String,
  field: String,
  message: String,
  ref: Schema.Types.Mixed,
  at: Date,
  mark: Schema.Types.Mixed,
  resolvedBy: String,
});
schema.index({ tenant: 1, connectorId: 1, task: 1, _id: 1 }, { name: 'of_task' });
schema.index({ at: 1 }, { name: 'retention', expireAfterSeconds: KEPT_SECONDS });

const ofTask = (task: string) => ({ _id: { $gt: `${task}/`, $lt: `${task}0` } });

/** Whoever met the records again after a holder died before its checkpoint has said anew what is true of them. */
const open = (dead: RowMark[]) => ({
  resolvedBy: null,
  ...(dead.length > 0 && { $nor: untoldBy(dead) }),
});

/** Nothing that a later holder wrote. */
const upTo = (fence: number) => ({ 'mark.fence': { $not: { $gt: fence } } });

/** One document per task and record, so that a repeated page stores it once. */
export function recordErrorStore(connection: Connection) {
  const model = connection.model<ErrorRow>('RecordError', schema, 'record_errors');
  const rows = () => model.collection as unknown as mongo.Collection<ErrorRow>;
  return {
    model,

    /** What a later holder said of one of the records stands. */
    async write(
      owner: { tenant: string; connectorId: string; task: string },
      errors: FailedRecord[],
      mark: RowMark,
      at: Date,
    ): Promise<void> {
      if (errors.length === 0) return;
      try {
        await rows().bulkWrite(
          errors.map((error) => ({
            updateOne: {
              filter: { _id: `${owner.task}/${error.externalId}`, ...upTo(mark.fence) },
              update: { $set: { ...owner, ...error, at, mark, resolvedBy: null } },
              upsert: true,
            },
          })),
          { ordered: false },
        );
      } catch (err) {
        const faults = [(err as mongo.MongoBulkWriteError).writeErrors ?? []].flat();
        if (faults.length === 0 || !faults.every(isDuplicateKey)) throw err;
      }
    },

    /** How many records of a task with these dead holders are known to fail. */
    countOpen: (task: string, dead: RowMark[]): Promise<number> =>
      rows().countDocuments({ ...ofTask(task), ...open(dead) }),

    /** Those of `ids` that the task has an error of, with where they belong. */
    async refs(task: string, ids: string[]): Promise<Map<string, RecordRef>> {
      if (ids.length === 0) return new Map();
      const found = await rows()
        .find({ _id: { $in: ids.map((id) => `${task}/${id}`) } }, { projection: { externalId: 1, ref: 1 } })
        .toArray();
      return new Map(found.map(({ externalId: id, ref }) => [id, ref ?? { id, productId: null, orderId: null }]));
    },

    /** The errors of `task` on these records are no more. Whoever takes the page of `by` up again still finds them. */
    async resolve(task: string, ids: string[], by: { task: string; fence: number }): Promise<void> {
      if (ids.length === 0) return;
      const filter = { _id: { $in: ids.map((id) => `${task}/${id}`) }, ...upTo(by.fence) };
      await rows().updateMany(filter, { $set: { resolvedBy: by.task } });
    },

    /** External ids in their order after `after`, for another try: what `by` resolved itself counts as open. */
    async idsAfter(task: string, after: string | null, limit: number, by: string | null): Promise<string[]> {
      const found = await rows()
        .find(
          { _id: { $gt: `${task}/${after ?? ''}`, $lt: `${task}0` }, resolvedBy: { $in: [null, by] } },
          { projection: { externalId: 1 } },
        )
        .sort({ _id: 1 })
        .limit(limit)
        .toArray();
      return found.map((row) => row.externalId);
    },

    async list(
      owner: { tenant: string; connectorId: string; task: string; code?: string; field?: string; externalId?: string },
      dead: RowMark[],
      skip: number,
      limit: number,
    ): Promise<{ items: (RecordError & { at: Date })[]; total: number }> {
      const those = { ...owner, ...open(dead) };
      const [items, total] = await Promise.all([
        rows().find(those).sort({ _id: 1 }).skip(skip).limit(limit).toArray(),
        rows().countDocuments(those),
      ]);
      return { items, total };
    },
  };
}

export type RecordErrorStore = ReturnType<typeof recordErrorStore>;
