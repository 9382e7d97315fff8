import { auditRecorded, type Event } from '@crossdock/contracts';
import type { Logger } from '@crossdock/kernel';
import { stores, testNames } from '@crossdock/testing';
import { Kafka, logLevel, Partitioners, type KafkaMessage, type Message } from 'kafkajs';
import { Registry } from 'prom-client';
import { createBus, type Bus, type Handler } from '../src/index.ts';

export const { topicPrefix } = testNames();

const quiet: Logger = { debug() {}, info() {}, warn() {}, error() {}, child: () => quiet };

export const newBus = (brokers = stores().kafka, metrics = new Registry()): Bus =>
  createBus({ brokers, clientId: 'test', topicPrefix, log: quiet, metrics });

/** A started bus with one consumer, both stopped at the end of the test. */
export async function consuming(group: string, handlers: Handler[]) {
  const metrics = new Registry();
  const bus = newBus(stores().kafka, metrics);
  const consumer = bus.consumer({ group, handlers });
  await bus.start();
  await consumer.start();
  const stop = async () => {
    await consumer.stop();
    await bus.stop();
  };
  return { bus, consumer, metrics, stop, [Symbol.asyncDispose]: stop };
}

/** An event of this tenant (its key) that says `action`. */
export const audit = (tenantId: string, action: string): Event<{ action: string }> =>
  auditRecorded.create({
    tenantId,
    source: 'test',
    data: {
      actor: 'user:1',
      action,
      target: 'connector/1',
      before: null,
      after: null,
      request_id: null,
      at: '2026-03-14T10:15:00.000Z',
    },
  });

export const audits = (tenantId: string, count: number) =>
  Array.from({ length: count }, (_, n) => audit(tenantId, String(n)));

const kafka = () => new Kafka({ brokers: stores().kafka, clientId: 'test-raw', logLevel: logLevel.NOTHING });

/** Puts records on the topic as a stranger would. */
export async function produceRaw(topic: string, messages: Message[]): Promise<void> {
  const producer = kafka().producer({ createPartitioner: Partitioners.DefaultPartitioner });
  await producer.connect();
  await producer.send({ topic: topicPrefix + topic, messages });
  await producer.disconnect();
}

/** What the group has committed, summed over the topic's partitions; 0 when nothing. */
export async function committed(group: string, topic: string): Promise<number> {
  const admin = kafka().admin();
  await admin.connect();
  try {
    const [offsets] = await admin.fetchOffsets({ groupId: topicPrefix + group, topics: [topicPrefix + topic] });
    return offsets!.partitions.reduce((sum, { offset }) => sum + Math.max(0, Number(offset)), 0);
  } finally {
    await admin.disconnect();
  }
}

/** Keeps every record of the topic from its beginning, bytes and all. */
export async function collectRaw(topic: string) {
  const records: KafkaMessage[] = [];
  const consumer = kafka().consumer({ groupId: `${topicPrefix}raw-${topic}`, maxWaitTimeInMs: 200 });
  await consumer.connect();
  await consumer.subscribe({ topic: topicPrefix + topic, fromBeginning: true });
  await consumer.run({ eachMessage: async ({ message }) => void records.push(message) });
  return { records, [Symbol.asyncDispose]: () => consumer.disconnect() };
}
