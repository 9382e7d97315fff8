import { outbox, type WithOutbox } from '@crossdock/mongo';
import { Schema, type Connection, type Model } from 'mongoose';
import type { Status, SyncTask } from '../domain/sync-task.ts';

/** A task as stored: the id is `_id`; what only claiming needs stands beside. */
export interface TaskRow extends Omit<SyncTask, 'id'>, WithOutbox {
  _id: string;
  /** `at` is missing where an earlier version, or the scheduler, stored the key. */
  keys: { key: string; bodyHash: string; at?: Date }[];
  claimedAt: Date | null;
  leaseUntil: Date | null;
}

const { Mixed } = Schema.Types;

const schema = new Schema<TaskRow>(
  {
    _id: String,
    tenant: { type: String, required: true },
    connectorId: { type: String, required: true },
    platform: String,
    syncType: String,
    stream: { type: String, required: true },
    kind: String,
    mode: String,
    trigger: String,
    status: { type: String, required: true },
    reason: { type: String, default: null },
    since: { type: Date, default: null },
    traceparent: { type: String, default: null },
    createdAt: Date,
    start: { type: Date, default: null },
    completedAt: { type: Date, default: null },
    total: { type: Number, default: null },
    counters: { synced: Number, failed: Number, skipped: Number },
    gone: { type: Number, default: 0 },
    review: { type: Mixed, default: null },
    wanted: { type: Mixed, default: null },
    approves: { type: String, default: null },
    page: Number,
    walk: Mixed,
    window: { type: Mixed, default: null },
    claimId: { type: String, default: null },
    claimedAt: { type: Date, default: null },
    leaseUntil: { type: Date, default: null },
    notBefore: { type: Date, default: null },
    fence: { type: Number, default: null },
    dead: { type: [Mixed] as never, default: [] },
    mark: { type: Mixed, default: null },
    tries: { type: Number, default: 0 },
    breakdowns: { type: Number, default: 0 },
    keys: { type: [{ _id: false, key: String, bodyHash: String, at: Date }], default: [] },
  },
  { collection: 'sync_tasks', minimize: false },
);

const KEPT_SECONDS = 90 * 24 * 3600;

export const LIVE_INDEX = 'live_status';

/** Tasks that have not ended. */
export const LIVE: { status: { $in: Status[] } } = { status: { $in: ['queued', 'running'] } };

schema.index({ stream: 1, kind: 1 }, { name: 'live_kind', unique: true, partialFilterExpression: LIVE });
schema.index({ stream: 1 }, { name: 'one_running', unique: true, partialFilterExpression: { status: 'running' } });
schema.index(
  { 'keys.key': 1 },
  { name: 'idempotency', unique: true, partialFilterExpression: { 'keys.0': { $exists: true } } },
);
schema.index({ approves: 1 }, { name: 'removals', partialFilterExpression: { approves: { $type: 'string' } } });
// With the type, so that counting live tasks reads the index alone.
schema.index({ status: 1, createdAt: 1, syncType: 1 }, { name: LIVE_INDEX, partialFilterExpression: LIVE });
schema.index({ tenant: 1, connectorId: 1, createdAt: -1 }, { name: 'history' });
// When a connector's last ended sync began; read from the index alone.
schema.index(
  { connectorId: 1, completedAt: -1, _id: -1, start: 1 },
  { name: 'last_start', partialFilterExpression: { start: { $type: 'date' }, completedAt: { $type: 'date' } } },
);
// What has not ended has no time of its end, and stays.
schema.index(
  { completedAt: 1 },
  { name: 'retention', expireAfterSeconds: KEPT_SECONDS, partialFilterExpression: { completedAt: { $type: 'date' } } },
);
schema.plugin(outbox);

export const taskModel = (connection: Connection): Model<TaskRow> => connection.model<TaskRow>('SyncTask', schema);

/** Tasks stored before a field was new lack it. */
const LATER: Pick<SyncTask, 'gone' | 'review' | 'wanted' | 'approves' | 'dead' | 'tries'> = {
  gone: 0,
  review: null,
  wanted: null,
  approves: null,
  dead: [],
  tries: 0,
};

export function taskOf(row: TaskRow): SyncTask {
  const {
    _id: id,
    keys: _keys,
    claimedAt: _claimed,
    leaseUntil: _lease,
    outbox: _outbox,
    relay: _relay,
    ...task
  } = row;
  const { __v: _version, ...fields } = task as typeof task & { __v?: number };
  return { ...LATER, ...fields, id };
}
