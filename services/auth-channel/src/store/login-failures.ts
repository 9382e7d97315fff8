import { sha256Hex } from '@crossdock/kernel';
import { type Connection, Schema } from 'mongoose';
import { RateLimiterMongo, type RateLimiterRes } from 'rate-limiter-flexible';

interface Row {
  key: string;
  points: number;
  expire: Date;
}

const COLLECTION = 'login_failures';
const WINDOW_SECONDS = 15 * 60;
const PER_ACCOUNT = 5;
const PER_ADDRESS = 50;

/** What the limiter keeps, declared here for its indexes. */
const schema = new Schema<Row>({ key: String, points: Number, expire: Date }, { versionKey: false });
schema.index({ key: 1 }, { unique: true });
schema.index({ expire: 1 }, { expireAfterSeconds: 0 });

/** Failed logins of the last quarter of an hour, shared by all processes. Names are kept as hashes: people type passwords there. */
export function loginFailures(connection: Connection) {
  const limiter = (keyPrefix: string, points: number) =>
    new RateLimiterMongo({
      storeClient: connection,
      tableName: COLLECTION,
      keyPrefix,
      points,
      duration: WINDOW_SECONDS,
      disableIndexesCreation: true,
    });
  const accounts = limiter('account', PER_ACCOUNT);
  const addresses = limiter('address', PER_ADDRESS);

  /** How long the more patient of the two must wait, 0 when neither is used up. */
  const waitMs = (account: RateLimiterRes | null, address: RateLimiterRes | null, over: 0 | 1) =>
    Math.max(
      account !== null && account.consumedPoints >= PER_ACCOUNT + over ? account.msBeforeNext : 0,
      address !== null && address.consumedPoints >= PER_ADDRESS + over ? address.msBeforeNext : 0,
    );

  return {
    model: connection.model<Row>('LoginFailure', schema, COLLECTION),

    /** Milliseconds until this account may be tried from this address again, 0 for now. */
    async blockedMs(account: string, address: string): Promise<number> {
      return waitMs(
        ...(await Promise.all([accounts.get(sha256Hex(account)), address === '' ? null : addresses.get(address)])),
        0,
      );
    },

    /** Counts a failure; not 0 when failures beside it had used the limit up already. */
    async add(account: string, address: string): Promise<number> {
      return waitMs(
        ...(await Promise.all([
          accounts.penalty(sha256Hex(account)),
          address === '' ? null : addresses.penalty(address),
        ])),
        1,
      );
    },

    /** The account's count begins anew; the address keeps what it has. */
    async forget(account: string): Promise<void> {
      await accounts.delete(sha256Hex(account));
    },
  };
}

export type LoginFailures = ReturnType<typeof loginFailures>;
