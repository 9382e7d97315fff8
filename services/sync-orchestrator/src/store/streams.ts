import { Schema, type Connection } from 'mongoose';
import type { Lapsed } from '../domain/row.ts';

interface StreamRow {
  _id: string;
  fence: number;
  lapsed: Lapsed[];
  cursor: Date | null;
}

export interface Stream {
  fence: number;
  lapsed: Lapsed[];
  /** Where the next incremental sync goes on; null before the first completed one. */
  cursor: Date | null;
}

const HOUR_MS = 3_600_000;

const schema = new Schema<StreamRow>({
  _id: String,
  fence: Number,
  lapsed: { type: [Schema.Types.Mixed] as never, default: [] },
  cursor: Date,
});

/** One document per stream: its fence grows with every claim, across tasks. */
export function streamStore(connection: Connection) {
  const model = connection.model<StreamRow>('Stream', schema, 'streams');
  return {
    model,

    /** A new fence; with `lapsed`, the holder before is known to be gone from that page on. */
    async fence(stream: string, lapsed: Lapsed | null): Promise<Stream> {
      const row = await model
        .findOneAndUpdate(
          { _id: stream },
          { $inc: { fence: 1 }, ...(lapsed && { $addToSet: { lapsed } }) },
          { upsert: true, returnDocument: 'after' },
        )
        .lean<StreamRow>();
      return { fence: row?.fence ?? 0, lapsed: row?.lapsed ?? [], cursor: row?.cursor ?? null };
    },

    /** Before a task's last write. After a full sync every row was met, so what lapsed long before it is settled. */
    async complete(
      stream: string,
      { cursor, settledBefore }: { cursor: Date | null; settledBefore: Date | null },
    ): Promise<void> {
      if (cursor === null && settledBefore === null) return;
      await model.updateOne(
        { _id: stream },
        {
          ...(cursor && { $max: { cursor } }),
          ...(settledBefore && { $pull: { lapsed: { at: { $lt: new Date(settledBefore.getTime() - HOUR_MS) } } } }),
        },
      );
    },
  };
}

export type StreamStore = ReturnType<typeof streamStore>;
