import type { Event } from '@crossdock/contracts';
import { duplicateIndex, isDuplicateKey, outbox, type WithOutbox } from '@crossdock/mongo';
import { type Connection, type Model, Schema } from 'mongoose';
import type { Recovery } from '../domain/recovery.ts';
import type { Idempotency } from './endpoint-row.ts';

interface Row extends Omit<Recovery, 'id'>, Partial<WithOutbox> {
  _id: string;
  idempotency: Idempotency | null;
  claim: string | null;
  leaseUntil: Date;
}

/** What a holder checks its writes by. */
export interface ClaimedRecovery {
  recovery: Recovery;
  claim: string;
}

export type RecoveryStep = Pick<Recovery, 'processed' | 'resent' | 'skipped' | 'cursor'>;

const RUNNING_INDEX = 'running';
const KEPT_SECONDS = 90 * 86_400;

const schema = new Schema(
  {
    _id: { type: String, required: true },
    tenant: { type: String, required: true },
    connectorId: { type: String, required: true },
    endpointId: { type: String, required: true },
    status: { type: String, required: true },
    dryRun: Boolean,
    since: { type: Date, required: true },
    until: { type: Date, required: true },
    ofStatus: { type: String, required: true },
    ofTypes: [String],
    count: Number,
    processed: Number,
    resent: Number,
    skipped: Number,
    cursor: { type: { _id: false, createdAt: Date, id: String }, default: null },
    idempotency: { type: { _id: false, key: String, bodyHash: String }, default: null },
    claim: { type: String, default: null },
    leaseUntil: { type: Date, required: true },
    createdAt: { type: Date, required: true },
    completedAt: { type: Date, default: null },
  },
  { versionKey: false },
);
schema.index({ endpointId: 1 }, { name: RUNNING_INDEX, unique: true, partialFilterExpression: { status: 'running' } });
schema.index(
  { tenant: 1, 'idempotency.key': 1 },
  { name: 'idempotency_key', unique: true, partialFilterExpression: { 'idempotency.key': { $type: 'string' } } },
);
schema.index({ createdAt: 1 }, { name: 'age', expireAfterSeconds: KEPT_SECONDS });
schema.plugin(outbox as (schema: Schema) => void);

const NO_OUTBOX = { outbox: 0, relay: 0 } as const;

export function recoveryStore(db: Connection) {
  const rows: Model<Row> = db.model<Row>('Recovery', schema, 'recoveries');

  return {
    model: rows,

    /** A unique index lets one run at a time on each endpoint. */
    async create(
      { id, ...fields }: Recovery,
      idempotency: Idempotency | null,
      events: Event[],
    ): Promise<'created' | 'running' | 'key_taken'> {
      try {
        await rows.create({ _id: id, ...fields, idempotency, leaseUntil: new Date(0), outbox: events });
        return 'created';
      } catch (err) {
        if (!isDuplicateKey(err)) throw err;
        return duplicateIndex(err) === RUNNING_INDEX ? 'running' : 'key_taken';
      }
    },

    async byIdempotencyKey(tenant: string, key: string): Promise<{ recovery: Recovery; bodyHash: string } | null> {
      const row = await rows.findOne({ tenant, 'idempotency.key': key }, NO_OUTBOX).lean<Row>();
      return row === null ? null : { recovery: fromRow(row), bodyHash: row.idempotency?.bodyHash ?? '' };
    },

    async get(tenant: string, endpointId: string, id: string): Promise<Recovery | null> {
      const row = await rows.findOne({ _id: id, tenant, endpointId }, NO_OUTBOX).lean<Row>();
      return row === null ? null : fromRow(row);
    },

    /** One that runs and that nobody works on. */
    async claim(claim: string, leaseUntil: Date, now: Date): Promise<ClaimedRecovery | null> {
      const row = await rows
        .findOneAndUpdate(
          { status: 'running', leaseUntil: { $lt: now } },
          { $set: { claim, leaseUntil } },
          { returnDocument: 'after', projection: NO_OUTBOX, hint: RUNNING_INDEX },
        )
        .lean<Row>();
      return row === null ? null : { recovery: fromRow(row), claim };
    },

    /** False when somebody else has it now, or it was cancelled. */
    async advance({ recovery, claim }: ClaimedRecovery, step: RecoveryStep, leaseUntil: Date): Promise<boolean> {
      const { matchedCount } = await rows.updateOne(
        { _id: recovery.id, claim, status: 'running' },
        { $set: { ...step, leaseUntil } },
      );
      return matchedCount === 1;
    },

    async complete({ recovery, claim }: ClaimedRecovery, now: Date): Promise<void> {
      await rows.updateOne(
        { _id: recovery.id, claim, status: 'running' },
        { $set: { status: 'completed', completedAt: now } },
      );
    },

    /** False when it had ended before. */
    async cancel(id: string, now: Date, events: Event[]): Promise<boolean> {
      const { matchedCount } = await rows.updateOne(
        { _id: id, status: 'running' },
        { $set: { status: 'cancelled', completedAt: now }, $push: { outbox: { $each: events } } },
      );
      return matchedCount === 1;
    },
  };
}

export type RecoveryStore = ReturnType<typeof recoveryStore>;

const fromRow = ({
  _id,
  idempotency: _idempotency,
  claim: _claim,
  leaseUntil: _leaseUntil,
  outbox: _outbox,
  relay: _relay,
  ...fields
}: Row): Recovery => ({ id: _id, ...fields });
