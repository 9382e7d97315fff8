import type { Event } from '@crossdock/contracts';
import { isDuplicateKey, outbox, type WithOutbox } from '@crossdock/mongo';
import { type Connection, Schema } from 'mongoose';
import type { Client } from '../domain/accounts.ts';

interface Row extends WithOutbox {
  _id: string;
  tenant: string;
  name: string;
  secret_hash: string;
  created_at: Date;
}

const schema = new Schema<Row>(
  { _id: String, tenant: String, name: String, secret_hash: String, created_at: Date },
  { versionKey: false },
);
schema.plugin(outbox);

export function clientStore(connection: Connection) {
  const model = connection.model<Row>('Client', schema, 'clients');
  return {
    model,

    /** Client ids are unique across tenants: the id decides the tenant. */
    async byId(id: string): Promise<Client | null> {
      const row = await model.findOne({ _id: id }).lean<Row>();
      return (
        row && {
          id: row._id,
          tenant: row.tenant,
          name: row.name,
          secretHash: row.secret_hash,
          createdAt: row.created_at,
        }
      );
    },

    /** False when the id is taken: what stands there stays as it is, secret and all. */
    async add({ id, tenant, name, secretHash, createdAt }: Client, event: Event): Promise<boolean> {
      try {
        await model.create({ _id: id, tenant, name, secret_hash: secretHash, created_at: createdAt, outbox: [event] });
        return true;
      } catch (err) {
        if (isDuplicateKey(err)) return false;
        throw err;
      }
    },
  };
}

export type ClientStore = ReturnType<typeof clientStore>;
