import { sleep, systemClock, type Logger, type Part } from '@crossdock/kernel';
import type { Connection, Model } from 'mongoose';
import type { Mongo } from './connection.ts';
import { leaseStore, type Lease } from './leases.ts';

export interface Migration {
  /** Sorts: `0001-what-it-does`. */
  name: string;
  up(connection: Connection): Promise<void>;
}

export interface MigrationsOptions {
  mongo: Mongo;
  // oxlint-disable-next-line typescript/no-explicit-any -- models of any document
  models: Model<any>[];
  list?: Migration[];
  log: Logger;
}

const LEASE_MS = 30_000;
const LEASE = 'migrations';

/** Before a service serves: its collections, their indexes and pending migrations, by one process at a time. */
export function migrations({ mongo, models, list = [], log }: MigrationsOptions): Part {
  const leases = leaseStore(mongo.connection, systemClock);

  async function held(): Promise<Lease> {
    for (;;) {
      const lease = await leases.acquire(LEASE, LEASE_MS);
      if (lease !== null) return lease;
      await sleep(100);
    }
  }

  async function apply(): Promise<void> {
    for (const model of models) await model.createIndexes();
    const done = mongo.connection.collection<{ _id: string; at: Date }>('migrations');
    const executed = new Set((await done.find().toArray()).map(({ _id }) => _id));
    for (const { name, up } of list.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
      if (executed.has(name)) continue;
      await up(mongo.connection);
      await done.insertOne({ _id: name, at: new Date() });
      log.info({ migration: name }, 'migrated');
    }
  }

  return {
    name: 'migrations',
    async start() {
      const lease = await held();
      const heartbeat = setInterval(() => void leases.renew(lease, LEASE_MS).catch(() => {}), LEASE_MS / 3);
      try {
        await apply();
      } finally {
        clearInterval(heartbeat);
        await leases.release(lease);
      }
    },
    async stop() {},
  };
}
