import { isDuplicateKey } from '@crossdock/mongo';
import { Schema, type Connection, type QueryFilter } from 'mongoose';
import type { Schedule } from '../domain/schedule.ts';

interface ScheduleRow extends Omit<Schedule, 'connectorId'> {
  _id: string;
  /** `by` is fresh with every take and so the fence: a write under an older one changes no due time. */
  lease: { by: string; until: Date } | null;
  deletedAt: Date | null;
}

export interface Settled {
  connectorId: string;
  dueAt: Date | null;
  /** Set when its tasks were started. */
  ranAt?: Date;
}

/** A taken connector whose taker died is taken again after this. */
const LEASE_MS = 5_000;
/** Longer than any event can be on its way: a late one must not bring a deleted connector back. */
const REMEMBERED_SECONDS = 30 * 86_400;

const schema = new Schema<ScheduleRow>(
  {
    _id: String,
    tenant: { type: String, required: true },
    platform: String,
    version: Number,
    runs: Boolean,
    intervalMinutes: Number,
    authorizedAt: Date,
    ranAt: Date,
    dueAt: Date,
    lease: { type: new Schema({ by: String, until: Date }, { _id: false }), default: null },
    deletedAt: Date,
  },
  { collection: 'schedules' },
);

schema.index({ dueAt: 1 }, { name: 'due', partialFilterExpression: { dueAt: { $type: 'date' } } });
schema.index({ deletedAt: 1 }, { name: 'forget', expireAfterSeconds: REMEMBERED_SECONDS });

/** One document per connector: when it is looked at next. */
export function scheduleStore(connection: Connection) {
  const model = connection.model<ScheduleRow>('Schedule', schema);

  const due = (now: Date): QueryFilter<ScheduleRow> => ({
    dueAt: { $lte: now, $type: 'date' },
    $or: [{ lease: null }, { 'lease.until': { $lt: now } }],
  });

  return {
    model,

    async get(connectorId: string): Promise<Schedule | null> {
      const row = await model.findById(connectorId).lean<ScheduleRow>();
      return row === null ? null : scheduleOf(row);
    },

    /** Takes over a newer state; whoever holds the connector meanwhile no longer decides when it is due. */
    async follow({ connectorId, ranAt, ...state }: Schedule, deletedAt: Date | null): Promise<boolean> {
      try {
        const { matchedCount, upsertedCount } = await model.updateOne(
          { _id: connectorId, version: { $lt: state.version } },
          { $set: { ...state, deletedAt, lease: null }, $setOnInsert: { ranAt } },
          { upsert: true },
        );
        return matchedCount + upsertedCount === 1;
      } catch (err) {
        if (isDuplicateKey(err)) return false;
        throw err;
      }
    },

    /** Connectors to look at now, longest due first, for `by` alone until the lease lapses. */
    async take(by: string, now: Date, limit: number): Promise<Schedule[]> {
      const found = await model.find(due(now), { _id: 1 }).sort({ dueAt: 1 }).limit(limit).lean<{ _id: string }[]>();
      if (found.length === 0) return [];
      const ids = { _id: { $in: found.map(({ _id }) => _id) } };
      const lease = { by, until: new Date(now.getTime() + LEASE_MS) };
      await model.updateMany({ ...ids, ...due(now) }, { $set: { lease } });
      return (await model.find({ ...ids, 'lease.by': by }).lean<ScheduleRow[]>()).map(scheduleOf);
    },

    /** That they ran stays true whoever holds them by now; the due time is only the holder's to set. */
    async settle(by: string, settled: Settled[]): Promise<void> {
      const held = { $eq: ['$lease.by', by] };
      const update = ({ dueAt, ranAt }: Settled) => ({
        ...(ranAt && { ranAt: { $max: ['$ranAt', ranAt] } }),
        dueAt: { $cond: [held, dueAt, '$dueAt'] },
        lease: { $cond: [held, null, '$lease'] },
      });
      await model.collection.bulkWrite(
        settled.map((each) => ({
          updateOne: { filter: { _id: each.connectorId as never }, update: [{ $set: update(each) }] },
        })),
        { ordered: false },
      );
    },

    /** The soonest time at which one has to be looked at. */
    async soonest(): Promise<Date | null> {
      const row = await model
        .findOne({ dueAt: { $type: 'date' }, lease: null }, { dueAt: 1 })
        .sort({ dueAt: 1 })
        .lean<ScheduleRow>();
      return row?.dueAt ?? null;
    },
  };
}

export type ScheduleStore = ReturnType<typeof scheduleStore>;

function scheduleOf({ _id: connectorId, ...row }: ScheduleRow): Schedule {
  const { tenant, platform, version, runs, intervalMinutes, authorizedAt, ranAt, dueAt } = row;
  return { connectorId, tenant, platform, version, runs, intervalMinutes, authorizedAt, ranAt, dueAt };
}
