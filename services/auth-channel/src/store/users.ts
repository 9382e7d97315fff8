import type { Event } from '@crossdock/contracts';
import { isDuplicateKey, outbox, type WithOutbox } from '@crossdock/mongo';
import { type Connection, Schema } from 'mongoose';
import type { Role, User } from '../domain/accounts.ts';

interface Row extends WithOutbox {
  _id: number;
  tenant: string;
  username: string;
  name: string;
  role: Role;
  password_hash: string;
  created_at: Date;
}

const schema = new Schema<Row>(
  {
    _id: Number,
    tenant: String,
    username: String,
    name: String,
    role: String,
    password_hash: String,
    created_at: Date,
  },
  { versionKey: false },
);
schema.plugin(outbox);
schema.index({ username: 1 }, { unique: true });

export function userStore(connection: Connection) {
  const model = connection.model<Row>('User', schema, 'users');
  return {
    model,

    /** A login names no tenant: the one look-up across tenants. */
    async byUsername(username: string): Promise<User | null> {
      const row = await model.findOne({ username }).lean<Row>();
      return row && fromRow(row);
    },

    /** False when the username is taken: who stands there stays as it is, password and all. */
    async add(user: User, event: Event): Promise<boolean> {
      try {
        await model.create({ ...toRow(user), outbox: [event] });
        return true;
      } catch (err) {
        if (isDuplicateKey(err)) return false;
        throw err;
      }
    },
  };
}

export type UserStore = ReturnType<typeof userStore>;

const toRow = ({ id, passwordHash, createdAt, ...same }: User) => ({
  _id: id,
  password_hash: passwordHash,
  created_at: createdAt,
  ...same,
});

const fromRow = ({ _id, tenant, username, name, role, password_hash, created_at }: Row): User => ({
  id: _id,
  tenant,
  username,
  name,
  role,
  passwordHash: password_hash,
  createdAt: created_at,
});
