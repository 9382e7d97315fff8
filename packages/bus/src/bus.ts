import type { Event, EventDefinition } from '@crossdock/contracts';
import { AppError, sleep, type Logger, type Part } from '@crossdock/kernel';
import { type Message, Partitioners } from 'kafkajs';
import { Registry } from 'prom-client';
import { backoffMs } from './backoff.ts';
import { createConsumer } from './consumer.ts';
import { createDeadLetters } from './dead-letters.ts';
import type { Handler } from './handlers.ts';
import { createKafka } from './kafka.ts';
import { createPublisher } from './publisher.ts';
import { anyAnswers } from './reachable.ts';
import { routesOf } from './routes.ts';
import { sending } from './spans.ts';
import { createTopics } from './topics.ts';

export interface BusOptions {
  brokers: string[];
  clientId: string;
  /** Stands before every topic and group name: many stacks can share a broker. */
  topicPrefix: string;
  log: Logger;
  metrics?: Registry;
}

export interface Bus extends Part {
  /** Creates what is missing: now, or at `start` when called before it. Publishing and consuming ensure their own. */
  ensureTopics(definitions: EventDefinition[]): Promise<void>;
  /** Resolves when the broker acknowledged all; events of one key keep their order. */
  publish(events: Event[]): Promise<void>;
  /** All handlers of a service belong to one consumer: members of a group must want the same topics. */
  consumer(options: { group: string; handlers: Handler[] }): Part;
}

export function createBus({ brokers, clientId, topicPrefix, log, metrics = new Registry() }: BusOptions): Bus {
  const kafka = createKafka({ brokers, clientId, log });
  const topics = createTopics(kafka);
  const producer = kafka.producer({
    createPartitioner: Partitioners.DefaultPartitioner,
    allowAutoTopicCreation: false,
    retry: { retries: 5 },
  });
  const wanted = new Set<string>();
  const stopping = new AbortController();
  let reason: string | null = 'not started';
  let connecting: Promise<void> = Promise.resolve();

  async function connect(tried: () => void): Promise<void> {
    for (let failures = 0; !stopping.signal.aborted && reason !== null; failures++) {
      try {
        await producer.connect();
        await topics.ensure([...wanted]);
        reason = null;
      } catch (err) {
        reason = `not connected: ${(err as Error).message}`;
        log.warn({ err }, 'Kafka is not there yet');
      }
      tried();
      if (reason !== null) await sleep(backoffMs(failures), stopping.signal);
    }
  }

  async function send(topic: string, records: Message[]): Promise<void> {
    try {
      await topics.ensure([topic]);
      await producer.send({ topic, messages: records, acks: -1 });
    } catch (err) {
      topics.forget(topic);
      throw new AppError('unavailable', 'KAFKA', `Kafka took no events of ${topic}`, { cause: err });
    }
  }

  const publisher = createPublisher((topic, records) => send(topicPrefix + topic, records));
  const deadLetters = createDeadLetters(async (topic, records) => {
    await producer.send({ topic, messages: records, acks: -1 });
  });

  return {
    name: 'kafka',
    start: () =>
      new Promise((resolve) => {
        connecting = connect(resolve);
      }),
    async stop() {
      stopping.abort();
      await connecting;
      await publisher.flush();
      reason = 'stopped';
      await producer.disconnect();
    },
    async check() {
      if (reason !== null) return reason;
      return (await anyAnswers(brokers)) ? null : `no broker answers at ${brokers.join(', ')}`;
    },
    async ensureTopics(definitions) {
      const names = definitions.map(({ topic }) => topicPrefix + topic);
      for (const name of names) wanted.add(name);
      if (reason === null) await topics.ensure(names);
    },
    async publish(events) {
      if (reason !== null) throw new AppError('unavailable', 'KAFKA', `Kafka: ${reason}`);
      await sending(events, (told) => publisher.publish(told));
    },
    consumer: ({ group, handlers }) =>
      createConsumer({
        kafka,
        topics,
        deadLetters,
        group: topicPrefix + group,
        routes: routesOf(handlers, topicPrefix),
        log,
        metrics,
      }),
  };
}
