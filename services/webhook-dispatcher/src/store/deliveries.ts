import type { Connection, Model, mongo } from 'mongoose';
import type { Delivery, Trigger, Verdict } from '../domain/delivery.ts';
import {
  BACKLOG_INDEX,
  type DeliveryRow,
  deliverySchema,
  DUE_INDEX,
  FREE,
  free,
  fromRow,
  HOLDER_INDEX,
  ID_INDEX,
} from './delivery-row.ts';
import { insertNew } from './insert-new.ts';

/** A pending delivery that nobody has in hand. */
export interface Due {
  id: string;
  endpointId: string;
  nextAttemptAt: Date;
}

/** Free deliveries whose time has come. */
export interface Backlog {
  due: number;
  oldestMs: number;
}

/** What an attempt changes, while `holder` still has the delivery. */
export interface Settlement {
  id: string;
  holder: string;
  attemptCount: number;
  trigger: Trigger;
  verdict: Verdict;
}

const byTime = (a: Delivery, b: Delivery): number => Number(a.nextAttemptAt) - Number(b.nextAttemptAt);

/** The native collection throughout: this is the hot path. */
export function deliveryStore(db: Connection) {
  const model: Model<DeliveryRow> = db.model<DeliveryRow>('Delivery', deliverySchema, 'deliveries');
  const rows = model.collection as unknown as mongo.Collection<DeliveryRow>;

  return {
    model,

    /** Answers the ids that were there already. */
    async insert(deliveries: { delivery: Delivery; holder: string | null }[]): Promise<Set<string>> {
      const made = deliveries.map(({ delivery: { id, ...fields }, holder }) => ({
        _id: id,
        ...fields,
        holder: fields.status === 'pending' ? (holder ?? FREE) : null,
      }));
      return new Set((await insertNew(rows, made)).map(({ _id }) => _id));
    },

    /** Due between the two times, in order of time; read from the index alone. */
    due(from: Date, to: Date): AsyncIterable<Due> {
      const projection = { _id: 1, endpointId: 1, nextAttemptAt: 1 };
      return rows
        .find(
          { ...free, nextAttemptAt: { $gte: from, $lte: to } },
          { projection, hint: DUE_INDEX, sort: { nextAttemptAt: 1 }, batchSize: 1_000 },
        )
        .map(({ _id, endpointId, nextAttemptAt }) => ({ id: _id, endpointId, nextAttemptAt: nextAttemptAt ?? to }));
    },

    async nextDue(after: Date, until: Date): Promise<Date | null> {
      const row = await rows.findOne(
        { ...free, nextAttemptAt: { $gt: after, $lte: until } },
        { projection: { nextAttemptAt: 1 }, hint: DUE_INDEX, sort: { nextAttemptAt: 1 } },
      );
      return row?.nextAttemptAt ?? null;
    },

    /** How many are free and due (at most 100,000 are counted), and for how long the first has been. */
    async backlog(now: Date): Promise<Backlog> {
      const filter = { ...free, nextAttemptAt: { $lte: now } };
      const [due, first] = await Promise.all([
        rows.countDocuments(filter, { hint: DUE_INDEX, limit: 100_000 }),
        rows.findOne(filter, { projection: { nextAttemptAt: 1 }, hint: DUE_INDEX, sort: { nextAttemptAt: 1 } }),
      ]);
      return { due, oldestMs: now.getTime() - (first?.nextAttemptAt ?? now).getTime() };
    },

    async dueOf(endpointId: string, now: Date, limit: number): Promise<string[]> {
      const found = rows.find(
        { ...free, endpointId, nextAttemptAt: { $lte: now } },
        { projection: { _id: 1 }, hint: BACKLOG_INDEX, sort: { nextAttemptAt: 1 }, limit },
      );
      return (await found.toArray()).map(({ _id }) => _id);
    },

    /** Takes those that are still free and due; answers them whole, in order of time. */
    async claim(ids: string[], holder: string, now: Date): Promise<Delivery[]> {
      const { modifiedCount } = await rows.updateMany(
        { _id: { $in: ids }, ...free, nextAttemptAt: { $lte: now } },
        { $set: { holder } },
        { hint: ID_INDEX },
      );
      if (modifiedCount === 0) return [];
      const taken = await rows.find({ _id: { $in: ids }, holder }, { hint: ID_INDEX }).toArray();
      return taken.map(fromRow).toSorted(byTime);
    },

    /** Only what each holder still has changes. Those that end alike are one update. */
    async settle(settlements: Settlement[]): Promise<void> {
      const alike = Map.groupBy(settlements, ({ holder, attemptCount, trigger, verdict }) =>
        JSON.stringify([holder, attemptCount, trigger, verdict]),
      );
      const writes = Array.from(alike.values(), (group) => {
        const { holder, attemptCount, trigger, verdict } = group[0]!;
        return {
          updateMany: {
            filter: { _id: { $in: group.map(({ id }) => id) }, holder },
            update: {
              $set: { ...verdict, attemptCount, holder: verdict.status === 'pending' ? FREE : null },
              ...(trigger !== 'schedule' && { $unset: { trigger: 1 as const } }),
            },
            hint: ID_INDEX,
          },
        };
      });
      await rows.bulkWrite(writes, { ordered: false });
    },

    /** Workers that have deliveries in hand. */
    async holders(): Promise<string[]> {
      const found: string[] = [];
      // From one to the next: a `distinct` would read every delivery in hand.
      for (let last = FREE; ;) {
        const row = await rows.findOne(
          { holder: { $gt: last } },
          { projection: { _id: 0, holder: 1 }, sort: { holder: 1 }, hint: HOLDER_INDEX },
        );
        if (typeof row?.holder !== 'string') return found;
        last = row.holder;
        found.push(last);
      }
    },

    /** What these workers had is due now. */
    async releaseAllOf(holders: string[], now: Date): Promise<number> {
      const { modifiedCount } = await rows.updateMany(
        { holder: { $in: holders } },
        { $set: { holder: FREE, nextAttemptAt: now } },
      );
      return modifiedCount;
    },
  };
}

export type DeliveryStore = ReturnType<typeof deliveryStore>;
