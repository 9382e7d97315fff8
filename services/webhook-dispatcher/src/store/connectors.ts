import { isDuplicateKey } from '@crossdock/mongo';
import { type Connection, type Model, Schema } from 'mongoose';

/** What is known here of a connector of the registry. */
export interface KnownConnector {
  id: string;
  tenant: string;
  version: number;
  deleted: boolean;
}

type Row = Omit<KnownConnector, 'id'> & { _id: string };

const schema = new Schema(
  {
    _id: { type: String, required: true },
    tenant: { type: String, required: true },
    version: { type: Number, required: true },
    deleted: Boolean,
  },
  { versionKey: false },
);

export function connectorStore(db: Connection) {
  const rows: Model<Row> = db.model<Row>('Connector', schema, 'connectors');
  return {
    model: rows,

    async get(tenant: string, id: string): Promise<KnownConnector | null> {
      const row = await rows.findOne({ _id: id, tenant }).lean<Row>();
      return row === null ? null : { id, tenant, version: row.version, deleted: row.deleted };
    },

    async deletedOf(ids: string[]): Promise<string[]> {
      const found = await rows.find({ _id: { $in: ids }, deleted: true }, { _id: 1 }).lean<Row[]>();
      return found.map(({ _id }) => _id);
    },

    /** Keeps what is newer; an older version changes nothing. */
    async remember(known: KnownConnector[]): Promise<void> {
      const writes = known.map(({ id, ...fields }) => ({
        updateOne: { filter: { _id: id, version: { $lt: fields.version } }, update: { $set: fields }, upsert: true },
      }));
      try {
        await rows.bulkWrite(writes, { ordered: false });
      } catch (err) {
        // The upsert of an older version meets the newer row.
        if (!isDuplicateKey(err)) throw err;
      }
    },
  };
}

export type ConnectorStore = ReturnType<typeof connectorStore>;
