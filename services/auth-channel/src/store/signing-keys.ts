import { isDuplicateKey } from '@crossdock/mongo';
import { type Connection, Schema } from 'mongoose';
import type { PublicJwk, SigningKey } from '../domain/signing-keys.ts';

interface Row {
  _id: string;
  current: boolean;
  public_jwk: PublicJwk;
  sealed_private_jwk: string;
  created_at: Date;
  retired_at: Date | null;
}

export const SIGNING_KEYS = 'signing_keys';

const schema = new Schema<Row>(
  {
    _id: String,
    current: Boolean,
    public_jwk: Schema.Types.Mixed,
    sealed_private_jwk: String,
    created_at: Date,
    retired_at: Date,
  },
  { versionKey: false },
);
schema.index({ current: 1 }, { unique: true, partialFilterExpression: { current: true } });

export function signingKeyStore(connection: Connection) {
  const model = connection.model<Row>('SigningKey', schema, SIGNING_KEYS);
  return {
    model,

    async current(): Promise<SigningKey | null> {
      const row = await model.findOne({ current: true }).lean<Row>();
      return row && fromRow(row);
    },

    /** False when there is a current key already: the one of whoever was first. */
    async addCurrent(key: SigningKey): Promise<boolean> {
      try {
        await model.create(toRow(key));
        return true;
      } catch (err) {
        if (isDuplicateKey(err)) return false;
        throw err;
      }
    },

    /** The current key and those retired after `since`, the newest first. */
    async listed(since: Date): Promise<SigningKey[]> {
      const rows = await model
        .find({ $or: [{ current: true }, { retired_at: { $gt: since } }] })
        .sort({ created_at: -1 })
        .lean<Row[]>();
      return rows.map(fromRow);
    },
  };
}

export type SigningKeyStore = ReturnType<typeof signingKeyStore>;

const toRow = ({ id, publicJwk, sealedPrivateJwk, createdAt, retiredAt, current }: SigningKey): Row => ({
  _id: id,
  current,
  public_jwk: publicJwk,
  sealed_private_jwk: sealedPrivateJwk,
  created_at: createdAt,
  retired_at: retiredAt,
});

const fromRow = ({ _id, current, public_jwk, sealed_private_jwk, created_at, retired_at }: Row): SigningKey => ({
  id: _id,
  current,
  publicJwk: public_jwk,
  sealedPrivateJwk: sealed_private_jwk,
  createdAt: created_at,
  retiredAt: retired_at ?? null,
});
