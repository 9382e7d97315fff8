import { newId, type Clock } from '@crossdock/kernel';
import type { Connection } from 'mongoose';
import { isDuplicateKey } from './duplicate-key.ts';

/** What a holder checks its writes by: the fence grows with every new holder. */
export interface Lease {
  name: string;
  holder: string;
  fence: number;
}

interface Row {
  _id: string;
  holder: string | null;
  until: Date;
  fence: number;
}

/** Named leases of one database; each lapses by itself after `ttlMs`. */
export function leaseStore(connection: Connection, clock: Clock) {
  const rows = () => connection.collection<Row>('leases');
  const until = (ttlMs: number) => new Date(clock().getTime() + ttlMs);
  return {
    /** Null while somebody else holds it. */
    async acquire(name: string, ttlMs: number): Promise<Lease | null> {
      const holder = newId();
      try {
        const row = await rows().findOneAndUpdate(
          { _id: name, until: { $lt: clock() } },
          { $set: { holder, until: until(ttlMs) }, $inc: { fence: 1 } },
          { upsert: true, returnDocument: 'after' },
        );
        return row === null ? null : { name, holder, fence: row.fence };
      } catch (err) {
        if (isDuplicateKey(err)) return null;
        throw err;
      }
    },
    /** False when the lease lapsed and went to somebody else. */
    async renew({ name, holder }: Lease, ttlMs: number): Promise<boolean> {
      const { matchedCount } = await rows().updateOne({ _id: name, holder }, { $set: { until: until(ttlMs) } });
      return matchedCount === 1;
    },
    async release({ name, holder }: Lease): Promise<void> {
      await rows().updateOne({ _id: name, holder }, { $set: { holder: null, until: new Date(0) } });
    },
  };
}

export type LeaseStore = ReturnType<typeof leaseStore>;
