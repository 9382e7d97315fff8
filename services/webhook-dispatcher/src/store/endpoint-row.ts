import { outbox, type WithOutbox } from '@crossdock/mongo';
import { Schema } from 'mongoose';
import { eventsKey, type Endpoint } from '../domain/endpoint.ts';

export const SLOT_INDEX = 'living_slot';
export const TARGET_INDEX = 'living_target';

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
endpointSchema.plugin(outbox as (schema: Schema) => void);

export const toRow = ({ id, ...fields }: Endpoint, slot: number, idempotency: Idempotency | null): EndpointRow => ({
  _id: id,
  ...fields,
  eventsKey: eventsKey(fields.events),
  slot,
  idempotency,
});

export const fromRow = ({
  _id,
  eventsKey: _key,
  slot: _slot,
  idempotency: _idempotency,
  outbox: _outbox,
  relay: _relay,
  ...fields
}: EndpointRow): Endpoint => ({
  id: _id,
  ...fields,
});
