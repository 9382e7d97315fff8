import type { DataOf, Event, syncCompleted } from '@crossdock/contracts';
import { stores, testNames, until } from '@crossdock/testing';
import mongoose, { type Connection } from 'mongoose';
import { webhookOfSync } from '../../src/app/webhook-of.ts';
import type { DeliveryStore } from '../../src/store/deliveries.ts';
import type { Stage } from '../stage.ts';
import type { Audience } from './audience.ts';
import { partners } from './partners.ts';
import { type Verdict, verdictOf } from './verdict.ts';
import { type Parts, type Worker, workersOn } from './workers.ts';

/** What a bug replaces, and whether a batch counts as read before it is handled. */
export type Bug = (honest: Parts) => Partial<Parts & { commitsFirst: boolean }>;

const EVENTS = 60;
const BATCH = 20;
/** What was in hand over the write that failed is free when its lease has lapsed, and may be refused then: 5 s, a beat, a retry, a look. */
const DRAIN_MS = 15_000;

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
  let commitsFirst = false;
  const { stores: own, workers } = workersOn(theatre, db, (honest) => {
    const parts = { ...honest, deliveries: dyingOnce(honest.deliveries) };
    const spoilt = bug(parts);
    commitsFirst = spoilt.commitsFirst ?? false;
    return { ...parts, ...spoilt };
  });
  for (const model of own.models) await model.createIndexes();
  await moveIn(theatre, db, town.url);
  for (const worker of workers) await worker.start();

  const events = cast.events(EVENTS);
  for (let at = 0; at < EVENTS; at += BATCH) {
    await consumed(workers[0].deliver, events.slice(at, at + BATCH), commitsFirst);
    // The other one looks for what it may take while the first has it in hand.
    workers[1].wake();
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

async function consumed(deliver: Worker['deliver'], events: Event[], commitsFirst: boolean): Promise<void> {
  const webhooks = events.flatMap((event) => webhookOfSync(event as Event<DataOf<typeof syncCompleted>>) ?? []);
  await deliver(webhooks).catch(() => (commitsFirst ? undefined : deliver(webhooks)));
}

function dyingOnce(deliveries: DeliveryStore): DeliveryStore {
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
