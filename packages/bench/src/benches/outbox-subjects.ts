import { createBus } from '@crossdock/bus';
import { syncRequested, type Event } from '@crossdock/contracts';
import { newId, systemClock } from '@crossdock/kernel';
import { connectMongo, createRelay, outbox } from '@crossdock/mongo';
import { until } from '@crossdock/stack/until';
import { Schema } from 'mongoose';
import { relayBare, type BareRow } from '../../baseline/outbox.ts';
import { kafkaClient, makeTopic } from '../kafka-client.ts';
import type { Lab } from '../lab.ts';
import { quietLog } from '../quiet-log.ts';

/** A store of rows that have something to tell, and who tells it. */
export interface RelaySubject {
  /** Rows with an event each, durable; answers their ids. */
  write(count: number): Promise<string[]>;
  /** Resolves where the broker acknowledged what these rows tell. */
  tell(ids: string[]): Promise<unknown>;
  /** Resolves when no row has anything left to tell. */
  pulled(): Promise<unknown>;
  clear(): Promise<unknown>;
  close(): Promise<void>;
}

const BATCH = 500;

const pending = { 'outbox.0': { $exists: true } };

function rowWithEvent(): BareRow & { outbox: Event[] } {
  const _id = newId();
  const data = { ...syncRequested.example, task_id: _id, connector_id: newId() };
  return { _id, status: 'queued', outbox: [syncRequested.create({ tenantId: 'demo', source: 'bench', data })] };
}

export async function bareRelay({ mongo, brokers, prefix }: Lab): Promise<RelaySubject> {
  const rows = mongo.db(`${prefix}bare`).collection<BareRow>('outbox');
  const kafka = kafkaClient(brokers);
  const topic = `${prefix}bare-outbox`;
  await makeTopic(kafka, topic);
  const producer = kafka.producer({ allowAutoTopicCreation: false });
  await producer.connect();
  const working = new Set<Promise<void>>();

  /** Resolves with the ack; the pull follows. */
  function relay(ids: string[]): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const work = relayBare({ rows, producer, topic }, ids, () => resolve()).catch(reject);
    working.add(work);
    void work.then(() => working.delete(work));
    return promise;
  }
  return {
    async write(count) {
      const fresh = Array.from({ length: count }, rowWithEvent);
      await rows.insertMany(fresh);
      return fresh.map(({ _id }) => _id);
    },
    async tell(ids) {
      for (let at = 0; at < ids.length; at += BATCH) {
        await relay(ids.slice(at, at + BATCH));
        if (ids.length > BATCH) await Promise.all(working);
      }
    },
    pulled: () => Promise.all(working),
    clear: () => rows.deleteMany({}),
    close: () => producer.disconnect(),
  };
}

export async function productRelay({ mongodb, brokers, prefix }: Lab): Promise<RelaySubject> {
  const log = quietLog;
  const mongo = connectMongo({ uri: mongodb, database: `${prefix}outbox`, log });
  const schema = new Schema<BareRow>({ _id: String, status: String });
  schema.plugin(outbox);
  const model = mongo.connection.model<BareRow>('Told', schema);
  const bus = createBus({ brokers, clientId: 'bench', topicPrefix: `${prefix}outbox-`, log });
  const waiting = new Map<string, () => void>();
  const relay = createRelay({
    models: [model],
    async publish(events) {
      await bus.publish(events);
      for (const { subject } of events) waiting.get(subject)?.();
    },
    log,
    clock: systemClock,
  });
  await mongo.start();
  await model.createCollection();
  await model.syncIndexes();
  await bus.start();
  await bus.ensureTopics([syncRequested]);
  await relay.start();

  const told = (id: string) =>
    new Promise<void>((resolve) => {
      waiting.set(id, () => {
        waiting.delete(id);
        resolve();
      });
      relay.nudge(model, id);
    });
  return {
    async write(count) {
      const fresh = Array.from({ length: count }, rowWithEvent);
      await model.collection.insertMany(fresh as object[]);
      return fresh.map(({ _id }) => _id);
    },
    tell: (ids) => Promise.all(ids.map(told)),
    pulled: () => until(async () => (await model.collection.findOne(pending)) === null, { what: 'the pull' }),
    clear: () => model.collection.deleteMany({}),
    async close() {
      for (const part of [relay, bus, mongo]) await part.stop();
    },
  };
}
