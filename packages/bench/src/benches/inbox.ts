import { createBus, onBatch } from '@crossdock/bus';
import { connectorChanged, type Event } from '@crossdock/contracts';
import { newId } from '@crossdock/kernel';
import { isDuplicateKey, markSeen, unseen } from '@crossdock/mongo';
import type { mongo } from 'mongoose';
import { storeBare } from '../../baseline/inbox.ts';
import type { Bench } from '../bench.ts';
import { costOf, type CostGoals, type CostSample } from '../cost.ts';
import { measureCpu } from '../cpu.ts';
import { figure } from '../figure.ts';
import { kafkaClient } from '../kafka-client.ts';
import type { Lab } from '../lab.ts';
import { peakMemory } from '../processes.ts';
import { quietLog } from '../quiet-log.ts';
import { interleave } from '../rounds.ts';

const EVENTS = 10_000;
const CONNECTORS = 500;

/** P11: the bus with an inbox of ids, with an effect in the same write as the mark, and with events that came before. */
export const inbox: Bench = {
  about: `a consumer with an inbox: ${EVENTS} events, each once, with an effect, and all of them again (P11)`,
  env: {},
  async run(lab, { rounds, log }) {
    log(`Publishing ${EVENTS} events`);
    const connectors = await publishEvents(lab);
    const samples = await interleave(consumersOf(lab, connectors), rounds, log);
    const own = ['bench'];
    const group = (title: string, name: 'stored' | 'effects' | 'duplicates', goals: CostGoals) =>
      costOf({ title, unit: 'event', own, samples: samples[name], beside: { own, samples: samples.bare }, goals });
    return [
      costOf({ title: 'Bare loop', unit: 'event', own, samples: samples.bare }),
      group('Inbox: each id stored once (P11)', 'stored', { allRatio: { atMost: 3 } }),
      group('With an effect, marked in the same write (P11)', 'effects', {
        all: { atMost: 130 },
        perSecond: { atLeast: 8_000 },
      }),
      group('The same events again (P11)', 'duplicates', { perSecond: { atLeast: 20_000 } }),
      { title: 'Peak memory', figures: [figure('this process', 'MiB', [peakMemory(process.pid)])] },
    ];
  },
};

type Handle = (events: Event[]) => Promise<unknown>;

const busOf = ({ brokers, prefix }: Lab) =>
  createBus({ brokers, clientId: 'bench', topicPrefix: `${prefix}inbox-`, log: quietLog });

/** Every consumer reads them from the beginning, in a group of its own. Answers whom they are about. */
async function publishEvents(lab: Lab): Promise<string[]> {
  const bus = busOf(lab);
  await bus.start();
  const connectors = Array.from({ length: CONNECTORS }, () => newId());
  const events = Array.from({ length: EVENTS }, (_, n) => {
    const data = { ...connectorChanged.example, connector_id: connectors[n % CONNECTORS]! };
    return connectorChanged.create({ tenantId: 'demo', source: 'bench', data });
  });
  await bus.publish(events);
  await bus.stop();
  return connectors;
}

function consumersOf(lab: Lab, connectors: string[]) {
  const { mongo: client, brokers, prefix, storePids } = lab;
  const database = client.db(`${prefix}inbox`);
  const kafka = kafkaClient(brokers);

  async function handled(handle: Handle): Promise<CostSample> {
    const bus = busOf(lab);
    const done = Promise.withResolvers<void>();
    let count = 0;
    const handler = onBatch(connectorChanged, async (events) => {
      await handle(events).catch(done.reject);
      count += events.length;
      if (count >= EVENTS) done.resolve();
    });
    const consumer = bus.consumer({ group: newId(), handlers: [handler] });
    await bus.start();
    await consumer.start();
    const end = begin(storePids);
    await done.promise;
    const sample = end();
    await consumer.stop();
    await bus.stop();
    return sample;
  }

  return {
    async bare(): Promise<CostSample> {
      const rows = database.collection<{ _id: string }>('bare');
      const topic = `${prefix}inbox-${connectorChanged.topic}`;
      let end: ReturnType<typeof begin> | undefined;
      const consumer = await storeBare({ kafka, topic, group: newId(), rows }, EVENTS, () => {
        end = begin(storePids);
      });
      const sample = end!();
      await consumer.stop();
      await rows.deleteMany({});
      return sample;
    },
    async stored(): Promise<CostSample> {
      const rows = database.collection<{ _id: string }>('stored');
      const sample = await handled((events) => storeOnce(rows, events));
      expectOnce(await rows.countDocuments());
      await rows.deleteMany({});
      return sample;
    },
    async effects(): Promise<CostSample> {
      const rows = await freshCounters(database, connectors);
      const sample = await handled((events) => applyOnce(rows, events));
      expectOnce(await effectsOf(rows));
      return sample;
    },
    /** Behind `effects`, of the same round: nothing may change. */
    async duplicates(): Promise<CostSample> {
      const rows = database.collection<Counter>('counters');
      const sample = await handled((events) => applyOnce(rows, events));
      expectOnce(await effectsOf(rows));
      return sample;
    },
  };
}

/** From where the group is joined and the first fetch begins. */
function begin(pids: Lab['storePids']): () => CostSample {
  const used = measureCpu(pids);
  const begun = performance.now();
  return () => ({ units: EVENTS, seconds: (performance.now() - begun) / 1_000, cpu: used(), latencies: [] });
}

async function storeOnce(rows: mongo.Collection<{ _id: string }>, events: Event[]): Promise<void> {
  try {
    await rows.insertMany(events.map(({ id, data }) => ({ _id: id, data })) as { _id: string }[], { ordered: false });
  } catch (err) {
    if (!isDuplicateKey(err)) throw err;
  }
}

interface Counter {
  _id: string;
  effects: number;
  seen: string[];
}

async function freshCounters(database: mongo.Db, ids: string[]): Promise<mongo.Collection<Counter>> {
  const rows = database.collection<Counter>('counters');
  await rows.deleteMany({});
  await rows.insertMany(ids.map((_id) => ({ _id, effects: 0, seen: [] })));
  return rows;
}

/** Effect and mark in one write, for those alone that did not come before. */
async function applyOnce(rows: mongo.Collection<Counter>, events: Event[]): Promise<void> {
  const updates = events.map(({ id, key }) => ({
    updateOne: {
      filter: { _id: key, ...unseen(id) },
      update: { $inc: { effects: 1 }, $push: markSeen(id) },
    },
  }));
  await rows.bulkWrite(updates as mongo.AnyBulkWriteOperation<Counter>[], { ordered: false });
}

async function effectsOf(rows: mongo.Collection<Counter>): Promise<number> {
  const [sum] = await rows
    .aggregate<{ effects: number }>([{ $group: { _id: null, effects: { $sum: '$effects' } } }])
    .toArray();
  return sum?.effects ?? 0;
}

function expectOnce(effects: number): void {
  if (effects !== EVENTS) throw new Error(`${EVENTS} events had ${effects} effects`);
}
