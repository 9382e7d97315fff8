import { outbox, type WithOutbox } from '@crossdock/mongo';
import { Schema } from 'mongoose';
import type { Delivery } from '../domain/delivery.ts';

/** A delivery as it is stored; `holder` is the worker that has it in hand, `FREE` while it is pending in nobody's, null once it ended. */
export interface DeliveryRow extends Omit<Delivery, 'id'>, Partial<WithOutbox> {
  _id: string;
  holder: string | null;
  /** The idempotency key of the last resend. */
  resendKey?: string;
  /** The last recovery that sent it again. */
  recovery?: string;
}

/** The bytes go before that: `delivery/retention.ts`. */
const KEPT_SECONDS = 90 * 86_400;

/** Named where ids are given: nothing else is to be considered. */
export const ID_INDEX = '_id_';
export const DUE_INDEX = 'due';
export const BACKLOG_INDEX = 'endpoint_due';
export const HOLDER_INDEX = 'held';
export const AGE_INDEX = 'age';
export const NEWEST_INDEX = 'endpoint_newest_first';

export const FREE = '';
/** Filter: pending, in nobody's hand. */
export const free = { holder: FREE };
/** Filter: in somebody's hand. */
export const held = { holder: { $gt: FREE } };

export const deliverySchema: Schema = new Schema(
  { _id: { type: String, required: true } },
  { strict: false, versionKey: false },
);
// With the endpoint and the id, so that looking for what is due reads the index alone.
deliverySchema.index(
  { holder: 1, nextAttemptAt: 1, endpointId: 1, _id: 1 },
  { name: DUE_INDEX, partialFilterExpression: free },
);
deliverySchema.index(
  { holder: 1, endpointId: 1, nextAttemptAt: 1 },
  { name: BACKLOG_INDEX, partialFilterExpression: free },
);
deliverySchema.index({ holder: 1 }, { name: HOLDER_INDEX, partialFilterExpression: held });
// With the id, so that a page and a recovery's batch read no more than they answer.
deliverySchema.index({ endpointId: 1, createdAt: -1, _id: -1 }, { name: NEWEST_INDEX });
deliverySchema.index({ createdAt: 1 }, { name: AGE_INDEX, expireAfterSeconds: KEPT_SECONDS });
deliverySchema.plugin(outbox);

export const fromRow = ({
  _id,
  holder: _holder,
  outbox: _outbox,
  relay: _relay,
  resendKey: _resendKey,
  recovery: _recovery,
  ...fields
}: DeliveryRow): Delivery => ({ id: _id, ...fields });
