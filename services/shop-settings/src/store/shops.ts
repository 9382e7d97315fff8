import type { Event } from '@crossdock/contracts';
import { isDuplicateKey, outbox, type WithOutbox } from '@crossdock/mongo';
import { type Connection, Schema } from 'mongoose';
import type { Shop, ShopStatus } from '../domain/shop.ts';

/** The request a shop was made by. */
export interface IdempotencyMark {
  key: string;
  bodyHash: string;
}

interface Row extends WithOutbox {
  _id: number;
  tenant: string;
  name: string;
  domain: string;
  status: ShopStatus;
  version: number;
  created_at: Date;
  deleted_at: Date | null;
  idempotency?: { key: string; body_hash: string };
}

const schema = new Schema<Row>(
  {
    _id: Number,
    tenant: String,
    name: String,
    domain: String,
    status: String,
    version: Number,
    created_at: Date,
    deleted_at: { type: Date, default: null },
    idempotency: { type: Schema.Types.Mixed },
  },
  { versionKey: false },
);
schema.plugin(outbox);
schema.index({ tenant: 1, domain: 1 }, { unique: true, partialFilterExpression: { deleted_at: null } });
schema.index(
  { tenant: 1, 'idempotency.key': 1 },
  { unique: true, partialFilterExpression: { 'idempotency.key': { $exists: true } } },
);
schema.index({ tenant: 1, deleted_at: 1, _id: 1 });

export function shopStore(connection: Connection) {
  const model = connection.model<Row>('Shop', schema, 'shops');
  return {
    model,

    /** The shop and its events in one write. False when a living shop has the domain, or a shop was made by the same key. */
    async add({ id, createdAt, ...same }: Shop, mark: IdempotencyMark | null, events: Event[]): Promise<boolean> {
      const idempotency = mark && { idempotency: { key: mark.key, body_hash: mark.bodyHash } };
      try {
        await model.create({ _id: id, created_at: createdAt, ...same, ...idempotency, outbox: events });
        return true;
      } catch (err) {
        if (isDuplicateKey(err)) return false;
        throw err;
      }
    },

    /** What a request with this key made, and the hash of its body. */
    async byKey(tenant: string, key: string): Promise<{ shop: Shop; bodyHash: string } | null> {
      const row = await model.findOne({ tenant, 'idempotency.key': key }).lean<Row>();
      return row && { shop: fromRow(row), bodyHash: row.idempotency?.body_hash ?? '' };
    },

    /** The tenant's living shops by id. */
    async list(
      tenant: string,
      { skip, limit }: { skip: number; limit: number },
    ): Promise<{ items: Shop[]; total: number }> {
      const living = { tenant, deleted_at: null };
      const [rows, total] = await Promise.all([
        model.find(living).sort({ _id: 1 }).skip(skip).limit(limit).lean<Row[]>(),
        model.countDocuments(living),
      ]);
      return { items: rows.map(fromRow), total };
    },
  };
}

export type ShopStore = ReturnType<typeof shopStore>;

const fromRow = ({ _id, tenant, name, domain, status, version, created_at }: Row): Shop => ({
  id: _id,
  tenant,
  name,
  domain,
  status,
  version,
  createdAt: created_at,
});
