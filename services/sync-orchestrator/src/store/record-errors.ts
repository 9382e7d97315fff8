import type { RecordRef } from '@crossdock/platforms';
import { Schema, type Connection, type mongo } from 'mongoose';

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
  /** The task that tried the record again and synced it. */
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
  resolvedBy: String,
});
schema.index({ tenant: 1, connectorId: 1, task: 1, _id: 1 }, { name: 'of_task' });
schema.index({ at: 1 }, { name: 'retention', expireAfterSeconds: KEPT_SECONDS });

/** One document per task and record, so that a repeated page stores it once. */
export function recordErrorStore(connection: Connection) {
  const model = connection.model<ErrorRow>('RecordError', schema, 'record_errors');
  const rows = () => model.collection as unknown as mongo.Collection<ErrorRow>;
  return {
    model,

    async write(
      owner: { tenant: string; connectorId: string; task: string },
      errors: FailedRecord[],
      at: Date,
    ): Promise<void> {
      if (errors.length === 0) return;
      await rows().bulkWrite(
        errors.map((error) => ({
          updateOne: {
            filter: { _id: `${owner.task}/${error.externalId}` },
            update: { $set: { ...owner, ...error, at, resolvedBy: null } },
            upsert: true,
          },
        })),
        { ordered: false },
      );
    },

    /** Those of `ids` that the task has an error of, with where they belong. */
    async refs(task: string, ids: string[]): Promise<Map<string, RecordRef>> {
      if (ids.length === 0) return new Map();
      const found = await rows()
        .find({ _id: { $in: ids.map((id) => `${task}/${id}`) } }, { projection: { externalId: 1, ref: 1 } })
        .toArray();
      return new Map(found.map(({ externalId: id, ref }) => [id, ref ?? { id, productId: null, orderId: null }]));
    },

    /** The errors of `task` on these records are no more. Whoever takes the page of `by` up again still finds them. */
    async resolve(task: string, ids: string[], by: string): Promise<void> {
      if (ids.length === 0) return;
      await rows().updateMany({ _id: { $in: ids.map((id) => `${task}/${id}`) } }, { $set: { resolvedBy: by } });
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
      skip: number,
      limit: number,
    ): Promise<{ items: (RecordError & { at: Date })[]; total: number }> {
      const open = { ...owner, resolvedBy: null };
      const [items, total] = await Promise.all([
        rows().find(open).sort({ _id: 1 }).skip(skip).limit(limit).toArray(),
        rows().countDocuments(open),
      ]);
      return { items, total };
    },
  };
}

export type RecordErrorStore = ReturnType<typeof recordErrorStore>;
