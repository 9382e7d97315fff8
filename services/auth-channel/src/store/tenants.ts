import type { Event } from '@crossdock/contracts';
import { isDuplicateKey, outbox, type WithOutbox } from '@crossdock/mongo';
import { type Connection, Schema } from 'mongoose';
import type { Tenant } from '../domain/accounts.ts';

interface Row extends WithOutbox {
  _id: string;
  name: string;
  created_at: Date;
}

const schema = new Schema<Row>({ _id: String, name: String, created_at: Date }, { versionKey: false });
schema.plugin(outbox);

export function tenantStore(connection: Connection) {
  const model = connection.model<Row>('Tenant', schema, 'tenants');
  return {
    model,

    async exists(id: string): Promise<boolean> {
      return (await model.exists({ _id: id })) !== null;
    },

    /** False when the slug is taken: what stands there stays as it is. */
    async add({ id, name, createdAt }: Tenant, event: Event): Promise<boolean> {
      try {
        await model.create({ _id: id, name, created_at: createdAt, outbox: [event] });
        return true;
      } catch (err) {
        if (isDuplicateKey(err)) return false;
        throw err;
      }
    },
  };
}

export type TenantStore = ReturnType<typeof tenantStore>;
