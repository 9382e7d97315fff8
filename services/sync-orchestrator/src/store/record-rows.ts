import type { RecordRef } from '@crossdock/platforms';
import { Schema, type Connection, type Model, type mongo } from 'mongoose';
import type { RowMark } from '../domain/row.ts';

/** The content of a row as the platform last told it. */
export interface RecordContent {
  fields: object;
  /** Null beside a digest: most rows never need it, and it can be had from the rest. */
  hash: string | null;
  digest: string | null;
  sourceUpdatedAt: Date | null;
}

export interface CatalogRecord {
  externalId: string;
  fields: object;
  sourceUpdatedAt: Date | null;
  syncedAt: Date;
  deletedAt: Date | null;
}

/** A row as stored: `guard` is the highest fence that met it, `mark` the holder and page of its last real write. */
export interface RecordRow extends RecordContent, CatalogRecord {
  _id: string;
  tenant: string;
  connectorId: string;
  version: number;
  guard: number;
  mark: { fence: number; page: number };
}

const schema = new Schema<RecordRow>(
  {
    _id: String,
    tenant: String,
    connectorId: String,
    externalId: String,
    fields: Schema.Types.Mixed,
    hash: String,
    digest: String,
    version: Number,
    guard: Number,
    mark: Schema.Types.Mixed,
    sourceUpdatedAt: Date,
    syncedAt: Date,
    deletedAt: Date,
  },
  { minimize: false },
);
schema.index({ connectorId: 1 }, { name: 'tombstones', partialFilterExpression: { deletedAt: { $type: 'date' } } });

/** Where a row belongs, as its fields say. */
export function refOf(id: string, fields: object): RecordRef {
  const { product_id: productId = null, order_id: orderId = null } = fields as Partial<Record<string, string | null>>;
  return { id, productId, orderId };
}

/** Ids of one connector's rows sort together. */
export const idOf = (connectorId: string, externalId: string): string => `${connectorId}/${externalId}`;

const UUID_LENGTH = 36;
export const externalIdOf = (id: string): string => id.slice(UUID_LENGTH + 1);

/** All rows of a connector, by their ids alone: `/` and the character after it bound them. */
export const ofConnector = (connectorId: string) => ({ _id: { $gt: `${connectorId}/`, $lt: `${connectorId}0` } });

const tombstones = (connectorId: string): mongo.Filter<RecordRow> => ({
  connectorId,
  deletedAt: { $type: 'date' },
});

/** Orders are counted by the time they were made. */
const orderSchema = schema.clone().index({ connectorId: 1, 'fields.created_at': 1 }, { name: 'made' });

/** What these holders wrote on pages after the last that each told. */
export const untoldBy = (holders: RowMark[]) =>
  holders.map(({ fence, page }) => ({ 'mark.fence': fence, 'mark.page': { $gt: page } }));

/** Rows of a connector that are no tombstones: two counts that read indexes alone. */
export async function countLive(rows: mongo.Collection<RecordRow>, connectorId: string): Promise<number> {
  const [all, gone] = await Promise.all([
    rows.countDocuments(ofConnector(connectorId)),
    rows.countDocuments(tombstones(connectorId), { hint: 'tombstones' }),
  ]);
  return all - gone;
}

/** One collection per entity. */
export const recordModel = (connection: Connection, entity: string): Model<RecordRow> =>
  connection.models[`Record:${entity}`] ??
  connection.model<RecordRow>(`Record:${entity}`, entity === 'orders' ? orderSchema : schema, entity);
