import type { Event } from '@crossdock/contracts';
import { outbox, type WithOutbox } from '@crossdock/mongo';
import { type Connection, Schema } from 'mongoose';
import type { Session } from '../domain/tokens.ts';

interface Row extends WithOutbox {
  _id: string;
  tenant: string;
  subject: string;
  audience: string[];
  created_at: Date;
  expires_at: Date;
}

/** An expired session stays this long: its audit event must outlive a broker that is away. */
const KEPT_SECONDS = 7 * 86_400;

const schema = new Schema<Row>(
  { _id: String, tenant: String, subject: String, audience: [String], created_at: Date, expires_at: Date },
  { versionKey: false },
);
schema.plugin(outbox);
schema.index({ expires_at: 1 }, { expireAfterSeconds: KEPT_SECONDS });

/** One document a token. */
export function sessionStore(connection: Connection) {
  const model = connection.model<Row>('Session', schema, 'sessions');
  return {
    model,

    async add({ id, createdAt, expiresAt, ...same }: Session, event: Event): Promise<void> {
      await model.create({ _id: id, created_at: createdAt, expires_at: expiresAt, ...same, outbox: [event] });
    },
  };
}

export type SessionStore = ReturnType<typeof sessionStore>;
