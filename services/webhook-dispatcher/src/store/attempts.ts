import { type Connection, type Model, type mongo, Schema } from 'mongoose';
import type { Attempt } from '../domain/attempt.ts';
import { insertNew } from './insert-new.ts';

/** The id is `<delivery>:<number>`: unique, and the attempts of a delivery stand side by side. */
type Row = Attempt & { _id: string };

const schema: Schema = new Schema({ _id: { type: String, required: true } }, { strict: false, versionKey: false });
schema.index({ at: 1 }, { name: 'age', expireAfterSeconds: 90 * 86_400 });

const idOf = (deliveryId: string, number: number): string => `${deliveryId}:${number}`;

export function attemptStore(db: Connection) {
  const model: Model<Row> = db.model<Row>('Attempt', schema, 'attempts');
  const rows = model.collection as unknown as mongo.Collection<Row>;

  return {
    model,

    /** Answers those whose number was taken. */
    async insert(attempts: Attempt[]): Promise<Attempt[]> {
      const taken = await insertNew(
        rows,
        attempts.map((attempt) => ({ ...attempt, _id: idOf(attempt.deliveryId, attempt.number) })),
      );
      const ids = new Set(taken.map(({ _id }) => _id));
      return ids.size === 0 ? [] : attempts.filter(({ deliveryId, number }) => ids.has(idOf(deliveryId, number)));
    },

    /** By delivery, where there is one of that number. */
    async find(wanted: { deliveryId: string; number: number }[]): Promise<Map<string, Attempt>> {
      const ids = wanted.map(({ deliveryId, number }) => idOf(deliveryId, number));
      const found = await rows.find({ _id: { $in: ids } }).toArray();
      return new Map(found.map((row) => [row.deliveryId, fromRow(row)]));
    },

    /** In the order they were made. */
    async of(deliveryId: string): Promise<Attempt[]> {
      const found = await rows.find({ _id: { $gte: `${deliveryId}:`, $lt: `${deliveryId};` } }).toArray();
      return found.map(fromRow).toSorted((a, b) => a.number - b.number);
    },
  };
}

export type AttemptStore = ReturnType<typeof attemptStore>;

/** What attempts lack that were stored before there was such a field. */
const EARLIER = { requestHeaders: {}, farewell: null };

const fromRow = ({ _id, ...attempt }: Row): Attempt => ({ ...EARLIER, ...attempt });
