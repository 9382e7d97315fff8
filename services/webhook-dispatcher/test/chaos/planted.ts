import type { DataOf, Event, syncCompleted } from '@crossdock/contracts';
import { systemClock } from '@crossdock/kernel';
import { createOutbound } from '@crossdock/outbound';
import { readConfig } from '@crossdock/runtime';
import { stores, testNames, until } from '@crossdock/testing';
import { createVault } from '@crossdock/vault';
import mongoose, { type Connection } from 'mongoose';
import { Registry } from 'prom-client';
import { type Call, createCall } from '../../src/app/call.ts';
import { createCredentials } from '../../src/app/credentials.ts';
import { endpointSecrets } from '../../src/app/secrets.ts';
import { webhookOfSync } from '../../src/app/webhook-of.ts';
import { configSchema } from '../../src/config.ts';
import { createWorker } from '../../src/delivery/worker.ts';
import { openStores } from '../../src/store/stores.ts';
import { quiet, type Stage } from '../stage.ts';
import type { Audience } from './audience.ts';
import { partners } from './partners.ts';
import { type Verdict, verdictOf } from './verdict.ts';

type Stores = ReturnType<typeof openStores>;

/** What a bug may replace. */
export interface Parts {
  db: Connection;
  attempts: Stores['attempts'];
  deliveries: Stores['deliveries'];
  call: Call;
  /** Whether a batch counts as read before it is handled. */
  commitsFirst: boolean;
}

export type Bug = (honest: Parts) => Partial<Parts>;

const EVENTS = 60;
const BATCH = 20;
const DRAIN_MS = 6_000;

/**
 * Two workers of the real source with one part replaced, in this process; every fifth webhook is refused at first, and
 * the process "dies" once before it stored a batch, which is read again unless it was committed.
 */
export async function withBug(theatre: Stage, cast: Audience, bug: Bug): Promise<Verdict> {
  const db = await mongoose.createConnection(stores().mongodb, { dbName: testNames().database }).asPromise();
  const refused = new Set<string>();
  const town = await partners(({ path, webhookId }) => {
    const key = `${path} ${webhookId}`;
    if (refused.has(key) || Number.parseInt(webhookId.slice(-2), 16) % 5 !== 0) return { delayMs: 20 };
    refused.add(key);
    return { status: 500 };
  });
  const own = openStores(db);
  for (const model of own.models) await model.createIndexes();
  await moveIn(theatre, db, town.url);

  const { KEY_ENCRYPTION_KEYS: keys } = readConfig(configSchema, theatre.environment(''));
  const outbound = createOutbound({ allow: '127.0.0.0/8' });
  const credentials = createCredentials(endpointSecrets(createVault(keys)));
  const call = createCall({ outbound, credentials, clock: systemClock });
  const honest: Parts = {
    db,
    attempts: own.attempts,
    deliveries: dyingOnce(own.deliveries),
    call,
    commitsFirst: false,
  };
  const parts = { ...honest, ...bug(honest) };
  const app = { disable: async () => undefined, warnFailing: async () => undefined };
  const workers = [0, 1].map(() =>
    createWorker({ ...own, ...parts, app, outbound, clock: systemClock, log: quiet, metrics: new Registry() }),
  );
  for (const worker of workers) await worker.start();

  const events = cast.events(EVENTS);
  for (let at = 0; at < EVENTS; at += BATCH) {
    await consumed(workers[0]!.deliver, events.slice(at, at + BATCH), parts.commitsFirst);
    // The other one looks for what it may take while the first has it in hand.
    workers[1]!.wake();
  }
  const drained = async () => (await db.collection('deliveries').countDocuments({ status: 'pending' })) === 0;
  await until(drained, { timeoutMs: DRAIN_MS }).catch(() => undefined);
  for (const worker of workers) await worker.stop();
  const verdict = await verdictOf(db, cast.dues(events), town.arrivals);
  await town.stop();
  await db.dropDatabase();
  await db.close();
  return verdict;
}

type Deliver = ReturnType<typeof createWorker>['deliver'];

async function consumed(deliver: Deliver, events: Event[], commitsFirst: boolean): Promise<void> {
  const webhooks = events.flatMap((event) => webhookOfSync(event as Event<DataOf<typeof syncCompleted>>) ?? []);
  await deliver(webhooks).catch(() => (commitsFirst ? undefined : deliver(webhooks)));
}

function dyingOnce(deliveries: Stores['deliveries']): Stores['deliveries'] {
  let inserts = 0;
  return {
    ...deliveries,
    async insert(rows) {
      inserts += 1;
      if (inserts === 2) throw new Error('died before it stored anything');
      return deliveries.insert(rows);
    },
  };
}

/** The same endpoints, at another address. */
async function moveIn(theatre: Stage, db: Connection, url: string): Promise<void> {
  const rows = await theatre.db.collection<{ target: string }>('endpoints').find().toArray();
  await db
    .collection('endpoints')
    .insertMany(rows.map((row) => ({ ...row, target: url + new URL(row.target).pathname })));
}
