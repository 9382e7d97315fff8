import { outbox, type WithOutbox } from '@crossdock/mongo';
import { Schema } from 'mongoose';
import { eventsKey, type Endpoint } from '../domain/endpoint.ts';

export const SLOT_INDEX = 'living_slot';
export const TARGET_INDEX = 'living_target';
export const BREAKER_INDEX = 'breaker_open';

/** The key a create came with, and which body. */
export interface Idempotency {
  key: string;
  bodyHash: string;
}

/** An endpoint as it is stored; `slot` is its place among the living of its connector, and their limit. */
export interface EndpointRow extends Omit<Endpoint, 'id'>, Partial<WithOutbox> {
  _id: string;
  eventsKey: string;
  slot: number;
  idempotency: Idempotency | null;
  /** What last rotated the secret. */
  rotation?: Idempotency | null;
  /** When the next call that the throttle lets through is due, in ms: `store/throttles.ts`. */
  nextSlotAt?: number;
}

export const endpointSchema = new Schema(
  {
    _id: { type: String, required: true },
    tenant: { type: String, required: true },
    connectorId: { type: String, required: true },
    platform: { type: String, required: true },
    url: { type: String, required: true },
    target: { type: String, required: true },
    events: { type: [String], required: true },
    eventsKey: { type: String, required: true },
    status: { type: String, required: true },
    disabledReason: { type: String, default: null },
    secret: String,
    secretHint: { type: String, required: true },
    secretMade: { type: Boolean, required: true },
    slot: { type: Number, required: true },
    idempotency: { type: { _id: false, key: String, bodyHash: String }, default: null },
    weakSecret: Boolean,
    olderSecrets: [{ _id: false, secret: String, until: Date }],
    headers: String,
    shownHeaders: Schema.Types.Mixed,
    filter: String,
    retrySchedule: { type: [Number], default: null },
    throttle: Number,
    payload: String,
    revision: Number,
    rotation: { type: { _id: false, key: String, bodyHash: String }, default: null },
    breaker: { type: { _id: false, until: Date, trips: Number }, default: null },
    failingSince: { type: Date, default: null },
    enabledAt: { type: Date, default: null },
    warned: Number,
    nextSlotAt: Number,
    createdAt: { type: Date, required: true },
    deletedAt: { type: Date, default: null },
  },
  { versionKey: false, minimize: false },
);

const living = { deletedAt: null };
endpointSchema.index(
  { tenant: 1, connectorId: 1, slot: 1 },
  { name: SLOT_INDEX, unique: true, partialFilterExpression: living },
);
endpointSchema.index(
  { tenant: 1, connectorId: 1, target: 1, eventsKey: 1 },
  { name: TARGET_INDEX, unique: true, partialFilterExpression: living },
);
endpointSchema.index(
  { tenant: 1, 'idempotency.key': 1 },
  { name: 'idempotency_key', unique: true, partialFilterExpression: { 'idempotency.key': { $type: 'string' } } },
);
endpointSchema.index({ connectorId: 1 }, { name: 'connector' });
endpointSchema.index(
  { 'breaker.until': 1 },
  { name: BREAKER_INDEX, partialFilterExpression: { 'breaker.until': { $type: 'date' } } },
);
endpointSchema.plugin(outbox as (schema: Schema) => void);

export const toRow = ({ id, ...fields }: Endpoint, slot: number, idempotency: Idempotency | null): EndpointRow => ({
  _id: id,
  ...fields,
  eventsKey: eventsKey(fields.events),
  slot,
  idempotency,
});

/** What endpoints lack that were stored before there was such a field. */
const EARLIER = {
  weakSecret: false,
  olderSecrets: [],
  headers: '',
  shownHeaders: {},
  filter: null,
  retrySchedule: null,
  throttle: null,
  payload: 'full',
  revision: 1,
  breaker: null,
  failingSince: null,
  enabledAt: null,
  warned: 0,
} satisfies Partial<Endpoint>;

export const fromRow = ({
  _id,
  eventsKey: _key,
  slot: _slot,
  idempotency: _idempotency,
  rotation: _rotation,
  nextSlotAt: _nextSlotAt,
  outbox: _outbox,
  relay: _relay,
  ...fields
}: EndpointRow): Endpoint => ({
  id: _id,
  ...EARLIER,
  ...fields,
});

/** Filter: nobody changed it since it had this revision. */
export const unchangedSince = (revision: number) => ({ revision: revision === 1 ? { $in: [1, null] } : revision });

/** Filter: its secrets were not put under another key since, which leaves the revision as it is. */
export const asSealed = ({ secret, olderSecrets }: Endpoint): Record<string, string> => ({
  secret,
  ...Object.fromEntries(olderSecrets.map((older, n) => [`olderSecrets.${n}.secret`, older.secret])),
});
