import { outbox, type WithOutbox } from '@crossdock/mongo';
import { Schema } from 'mongoose';
import type { Connector } from '../domain/connector.ts';

export interface Idempotency {
  key: string;
  bodyHash: string;
}

/** Who refreshes the credential until when, or, with nobody `held`, from when on it may be tried again. The fence grows with every holder. */
interface RefreshLease {
  until: Date;
  fence: number;
  held: boolean;
  /** How often in a row this version of the credential was not renewed; missing where none failed. */
  failed?: { version: number; times: number };
}

/** A connector as it is stored, with what only the store and its filters look at. */
export interface ConnectorRow extends Omit<Connector, 'id'>, WithOutbox {
  _id: string;
  idempotency: Idempotency | null;
  refresh: RefreshLease;
  /** Ids of events handled. */
  seen: string[];
}

export const SHOP_INDEX = 'living_shop';
export const SLOT_INDEX = 'living_slot';

/** What stays unsaid to the outside. */
export const INTERNAL: Record<string, 0> = { outbox: 0, relay: 0, seen: 0, idempotency: 0, refresh: 0 };

/** The filter of a living connector of a tenant. */
export const living = (tenant: string, id: string) => ({ _id: id, tenant, deletedAt: null });

/** What connectors lack that were stored before there was such a field. */
const EARLIER = { heldPause: null } satisfies Partial<Connector>;

export function fromRow(row: ConnectorRow | null): Connector | null {
  if (row === null) return null;
  const { _id, outbox: _outbox, relay: _relay, seen: _seen, idempotency: _key, refresh: _refresh, ...connector } = row;
  return { id: _id, ...EARLIER, ...connector };
}

const alive = { deletedAt: null };

const plain = { _id: false, versionKey: false } as const;

const credential = new Schema(
  { accessToken: String, refreshToken: String, issuedAt: Date, expiresAt: Date, refreshExpiresAt: Date },
  plain,
);
const failures = new Schema({ version: Number, times: Number }, plain);
const call = new Schema(
  { at: Date, outcome: String, code: String, message: String, durationMs: Number, asked: Boolean },
  plain,
);

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
    heldPause: { type: String, default: null },
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
    lastSync: { type: new Schema({ completedAt: Date, taskId: String }, plain), default: null },
    streak: { type: new Schema({ failures: Number, since: Date }, plain), required: true },
    calls: { type: [call], default: [] },
    standing: { type: new Schema({ signal: String, reason: String, since: Date }, plain), default: null },
    nextProbeAt: { type: Date, default: null },
    createdAt: { type: Date, required: true },
    updatedAt: { type: Date, required: true },
    deletedAt: { type: Date, default: null },
    idempotency: { type: new Schema({ key: String, bodyHash: String }, plain), default: null },
    exchangeFence: { type: Number, default: 0 },
    refresh: {
      type: new Schema({ until: Date, fence: Number, held: Boolean, failed: failures }, plain),
      default: { until: new Date(0), fence: 0, held: false },
    },
    seen: { type: [String], default: [] },
  },
  { versionKey: false, minimize: false },
);

connectorSchema.index(
  { tenant: 1, platform: 1, shopId: 1 },
  { name: SHOP_INDEX, unique: true, partialFilterExpression: alive },
);
connectorSchema.index({ tenant: 1, slot: 1 }, { name: SLOT_INDEX, unique: true, partialFilterExpression: alive });
connectorSchema.index(
  { tenant: 1, 'idempotency.key': 1 },
  {
    name: 'living_idempotency',
    unique: true,
    partialFilterExpression: { ...alive, 'idempotency.key': { $type: 'string' } },
  },
);
connectorSchema.index({ tenant: 1, deletedAt: 1, _id: -1 }, { name: 'list' });
connectorSchema.index(
  { 'credential.expiresAt': 1 },
  { name: 'living_credentials', partialFilterExpression: { ...alive, 'credential.expiresAt': { $exists: true } } },
);
connectorSchema.index(
  { nextProbeAt: 1 },
  { name: 'living_probes', partialFilterExpression: { ...alive, nextProbeAt: { $type: 'date' } } },
);
connectorSchema.index({ deletedAt: 1 }, { name: 'deleted', partialFilterExpression: { deletedAt: { $type: 'date' } } });
outbox(connectorSchema as unknown as Schema);
