import { outbox, type WithOutbox } from '@crossdock/mongo';
import { Schema } from 'mongoose';
import type { Connector } from '../domain/connector.ts';

export interface Idempotency {
  key: string;
  bodyHash: string;
}

/** Who refreshes the credential; the fence grows with every holder. */
interface RefreshLease {
  until: Date;
  fence: number;
}

/** A connector as it is stored, with what only the store and its filters look at. */
export interface ConnectorRow extends Omit<Connector, 'id'>, WithOutbox {
  _id: string;
  idempotency: Idempotency | null;
  refresh: RefreshLease;
  /** The sync the statistics tell of; an older one never comes after it. */
  lastSync: { completedAt: Date; taskId: string } | null;
  /** Ids of events handled. */
  seen: string[];
}

export const SHOP_INDEX = 'living_shop';
export const SLOT_INDEX = 'living_slot';

const living = { deletedAt: null };

const plain = { _id: false, versionKey: false } as const;

const credential = new Schema({ accessToken: String, refreshToken: String, issuedAt: Date, expiresAt: Date }, plain);
const call = new Schema({ at: Date, outcome: String, message: String, durationMs: Number }, plain);

export const connectorSchema = new Schema<ConnectorRow>(
  {
    _id: String,
    tenant: { type: String, required: true },
    name: { type: String, required: true },
    platform: { type: String, required: true },
    shopId: { type: String, required: true },
    shopName: { type: String, default: '' },
    status: { type: String, required: true },
    statusReason: { type: String, default: null },
    config: { type: Schema.Types.Mixed, required: true },
    configVersion: { type: Number, default: 1 },
    syncIntervalMinutes: { type: Number, required: true },
    slot: { type: Number, required: true },
    version: { type: Number, default: 1 },
    revision: { type: Number, default: 1 },
    credential: { type: credential, default: null },
    credentialVersion: { type: Number, default: 0 },
    authorization: { type: new Schema({ stateId: String, at: Date }, plain), default: null },
    statistics: { type: Schema.Types.Mixed, required: true },
    calls: { type: [call], default: [] },
    createdAt: { type: Date, required: true },
    updatedAt: { type: Date, required: true },
    deletedAt: { type: Date, default: null },
    idempotency: { type: new Schema({ key: String, bodyHash: String }, plain), default: null },
    exchangeFence: { type: Number, default: 0 },
    refresh: { type: new Schema({ until: Date, fence: Number }, plain), default: { until: new Date(0), fence: 0 } },
    lastSync: { type: new Schema({ completedAt: Date, taskId: String }, plain), default: null },
    seen: { type: [String], default: [] },
  },
  { versionKey: false, minimize: false },
);

connectorSchema.index(
  { tenant: 1, platform: 1, shopId: 1 },
  { name: SHOP_INDEX, unique: true, partialFilterExpression: living },
);
connectorSchema.index({ tenant: 1, slot: 1 }, { name: SLOT_INDEX, unique: true, partialFilterExpression: living });
connectorSchema.index(
  { tenant: 1, 'idempotency.key': 1 },
  {
    name: 'living_idempotency',
    unique: true,
    partialFilterExpression: { ...living, 'idempotency.key': { $type: 'string' } },
  },
);
connectorSchema.index({ tenant: 1, deletedAt: 1, _id: -1 }, { name: 'list' });
outbox(connectorSchema as unknown as Schema);
