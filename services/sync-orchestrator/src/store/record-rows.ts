import { Schema, type Connection, type Model, type mongo } from 'mongoose';

/** The content of a row as the platform last told it. */
export interface RecordContent {
  fields: object;
  hash: string;
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
    version: Number,
    guard: Number,
    mark: Schema.Types.Mixed,
    sourceUpdatedAt: Date,
    syncedAt: Date,
    deletedAt: Date,
  },
  { minimize: false },
);
schema.index({ connectorId: 1, deletedAt: 1, _id: 1 }, { name: 'living' });

/** Ids of one connector's rows sort together: `/` and the character after it bound them. */
export const idOf = (connectorId: string, externalId: string): string => `${connectorId}/${externalId}`;

/** Rows of a connector that are no tombstones. */
export const living = (connectorId: string): mongo.Filter<RecordRow> => ({ connectorId, deletedAt: null });

/** Orders are counted by the time they were made. */
const orderSchema = schema.clone().index({ connectorId: 1, deletedAt: 1, 'fields.created_at': 1 }, { name: 'made' });

/** One collection per entity. */
export const recordModel = (connection: Connection, entity: string): Model<RecordRow> =>
  connection.models[`Record:${entity}`] ??
  connection.model<RecordRow>(`Record:${entity}`, entity === 'orders' ? orderSchema : schema, entity);
