import { sleep, type Logger, type Part } from '@crossdock/kernel';
import type { Consumer, Kafka } from 'kafkajs';
import type { Registry } from 'prom-client';
import { backoffMs } from './backoff.ts';
import type { Routes } from './batches.ts';
import type { DeadLetters } from './dead-letters.ts';
import { lagReader } from './lag.ts';
import { eventMeter, measureLag } from './metrics.ts';
import { createPartitionWorker } from './partition-worker.ts';
import type { Topics } from './topics.ts';

/** How soon the partitions of a killed process go to another; the least a broker allows by default. */
const SESSION_MS = 6_000;
const REBALANCE_MS = 10_000;
const HEARTBEAT_MS = 1_500;
/** How long an idle fetch waits at the broker: the price of a stop. */
const FETCH_WAIT_MS = 500;
/** What is fetched waits in memory, several times its size, until it is handled. */
const FETCH_BYTES = 256 * 1024;
const PARTITIONS_AT_ONCE = 6;

export interface ConsumerOptions {
  kafka: Kafka;
  topics: Topics;
  deadLetters: DeadLetters;
  /** Full names: with the prefix. */
  group: string;
  routes: ReadonlyMap<string, Routes>;
  log: Logger;
  metrics: Registry;
}

/** One member of a group. It joins when the broker is there, and joins again after every crash of the client. */
export function createConsumer({ kafka, topics, deadLetters, group, routes, log, metrics }: ConsumerOptions): Part {
  const stopping = new AbortController();
  const stopped = new Promise<null>((resolve) => stopping.signal.addEventListener('abort', () => resolve(null)));
  const worker = createPartitionWorker({ group, routes, deadLetters, log, meter: eventMeter(metrics) });
  const lag = lagReader(kafka, group, [...routes.keys()]);
  let reason: string | null = 'not started';
  let living: Promise<void> = Promise.resolve();
  measureLag(group, lag.read, metrics);

  async function live(tried: () => void): Promise<void> {
    let failures = 0;
    while (!stopping.signal.aborted) {
      const consumer = newConsumer(kafka, group);
      const ended = Promise.race([crashOf(consumer), stopped]);
      try {
        await join(consumer);
        reason = null;
        failures = 0;
        tried();
        const crash = await ended;
        lament(crash);
        if (crash === null) await worker.close();
      } catch (err) {
        lament(err as Error);
      }
      tried();
      worker.stop();
      await consumer.disconnect().catch(lament);
      await sleep(backoffMs(failures++), stopping.signal);
    }
  }

  async function join(consumer: Consumer): Promise<void> {
    await consumer.connect();
    await topics.ensure([...routes.keys()]);
    await consumer.subscribe({ topics: [...routes.keys()], fromBeginning: true });
    await consumer.run({
      eachBatchAutoResolve: false,
      autoCommit: false,
      partitionsConsumedConcurrently: PARTITIONS_AT_ONCE,
      eachBatch: worker.eachBatch,
    });
  }

  function lament(err: Error | null): void {
    if (err === null) return;
    reason = `not in group ${group}: ${err.message}`;
    log.warn({ err, group }, 'the consumer left its group and will join again');
  }

  return {
    name: `kafka group ${group}`,
    /** Resolves after the first try to join, however it went: the tries go on by themselves. */
    start: () =>
      new Promise((resolve) => {
        living = live(resolve);
      }),
    /** Resolves when the handlers at work returned and their offsets are committed. */
    async stop() {
      stopping.abort();
      await living;
      await lag.close();
      reason = 'stopped';
    },
    check: () => reason,
  };
}

const newConsumer = (kafka: Kafka, groupId: string): Consumer =>
  kafka.consumer({
    groupId,
    sessionTimeout: SESSION_MS,
    rebalanceTimeout: REBALANCE_MS,
    heartbeatInterval: HEARTBEAT_MS,
    maxWaitTimeInMs: FETCH_WAIT_MS,
    maxBytesPerPartition: FETCH_BYTES,
    allowAutoTopicCreation: false,
    // Every restart is ours, so that one place knows whether we are in the group.
    retry: { retries: 5, restartOnFailure: async () => false },
  });

const crashOf = (consumer: Consumer): Promise<Error> =>
  new Promise((resolve) => {
    consumer.on(consumer.events.CRASH, ({ payload }) => resolve(payload.error));
  });
