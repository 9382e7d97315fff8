import { type Connection, type Model, type mongo, Schema } from 'mongoose';

interface Row {
  _id: string;
  until: Date;
}

const schema: Schema = new Schema({ _id: { type: String, required: true } }, { strict: false, versionKey: false });

/** Worker processes that are alive: one small document each, renewed every second for all its deliveries together. */
export function workerStore(db: Connection) {
  const model: Model<Row> = db.model<Row>('Worker', schema, 'workers');
  const rows = model.collection as unknown as mongo.Collection<Row>;

  return {
    model,

    async join(id: string, until: Date): Promise<void> {
      await rows.insertOne({ _id: id, until });
    },

    /** False when somebody found it lapsed: its deliveries are going to others. */
    async renew(id: string, until: Date): Promise<boolean> {
      const { matchedCount } = await rows.updateOne({ _id: id }, { $set: { until } });
      return matchedCount === 1;
    },

    async leave(id: string): Promise<void> {
      await rows.deleteOne({ _id: id });
    },

    /** Takes the lapsed ones out; answers which of these are no longer there. */
    async missing(ids: string[], now: Date): Promise<string[]> {
      await rows.deleteMany({ until: { $lt: now } });
      if (ids.length === 0) return [];
      const living = new Set((await rows.find({ _id: { $in: ids } }).toArray()).map(({ _id }) => _id));
      return ids.filter((id) => !living.has(id));
    },
  };
}

export type WorkerStore = ReturnType<typeof workerStore>;
