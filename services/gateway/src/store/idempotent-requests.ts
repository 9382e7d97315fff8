import { isDuplicateKey } from '@crossdock/mongo';
import { type Connection, Schema } from 'mongoose';

/** One request under an Idempotency-Key: held by a claim until its answer is there. */
export interface IdempotentRequest {
  /** Hash of tenant, route and key. */
  id: string;
  tenant: string;
  bodyHash: string;
  claim: string;
  leaseUntil: Date;
  /** Sealed; null while the request runs. */
  answer: string | null;
  expiresAt: Date;
}

interface Row extends Omit<IdempotentRequest, 'id'> {
  _id: string;
}

const schema = new Schema<Row>(
  {
    _id: String,
    tenant: String,
    bodyHash: String,
    claim: String,
    leaseUntil: Date,
    answer: { type: String, default: null },
    expiresAt: Date,
  },
  { collection: 'idempotent_requests', versionKey: false },
).index({ expiresAt: 1 }, { expireAfterSeconds: 0 });

export type IdempotentRequestStore = ReturnType<typeof idempotentRequestStore>;

export function idempotentRequestStore(db: Connection) {
  const model = db.model<Row>('IdempotentRequest', schema);
  return {
    model,
    /** False when somebody was first. */
    async insert({ id, ...fields }: IdempotentRequest): Promise<boolean> {
      try {
        await model.create({ _id: id, ...fields });
        return true;
      } catch (err) {
        if (isDuplicateKey(err)) return false;
        throw err;
      }
    },
    async find(id: string): Promise<IdempotentRequest | null> {
      const row = await model.findById(id).lean();
      if (row === null) return null;
      const { _id, ...fields } = row;
      return { id: _id, ...fields };
    },
    /** Takes over a request whose holder is gone; false when another did, or it came back. */
    async takeOver(id: string, oldClaim: string, claim: string, leaseUntil: Date): Promise<boolean> {
      const { modifiedCount } = await model.updateOne(
        { _id: id, claim: oldClaim, answer: null },
        { $set: { claim, leaseUntil } },
      );
      return modifiedCount === 1;
    },
    async settle(id: string, claim: string, answer: string): Promise<void> {
      await model.updateOne({ _id: id, claim }, { $set: { answer } });
    },
    async release(id: string, claim: string): Promise<void> {
      await model.deleteOne({ _id: id, claim, answer: null });
    },
  };
}
