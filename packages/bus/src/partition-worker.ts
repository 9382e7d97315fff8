import { inTrace, newId, newTraceparent, type Logger } from '@crossdock/kernel';
import type { EachBatchPayload, KafkaMessage } from 'kafkajs';
import { backoffMs } from './backoff.ts';
import { oneByOne, steps, type HandleStep, type Routes, type Step } from './batches.ts';
import { createCommits } from './commits.ts';
import type { DeadLetters } from './dead-letters.ts';
import { comesAgain, isAway } from './failures.ts';
import type { EventMeter } from './metrics.ts';
import { processing } from './spans.ts';

const BEAT_MS = 1_000;

/** The record a partition is stuck at. */
interface Trouble {
  offset: string;
  tries: number;
  waits: number;
}

export interface PartitionWorkerOptions {
  group: string;
  /** By full topic name. */
  routes: ReadonlyMap<string, Routes>;
  deadLetters: DeadLetters;
  log: Logger;
  meter: EventMeter;
}

/**
 * Takes what was fetched of one partition through its handlers, in order. An offset is resolved when its handler
 * returned or its dead letter was acknowledged. After a failure the partition is paused and read again from the
 * failed record, so that the others go on meanwhile.
 */
export function createPartitionWorker({ group, routes, deadLetters, log, meter }: PartitionWorkerOptions) {
  const troubles = new Map<string, Trouble>();
  const timers = new Set<NodeJS.Timeout>();
  const commits = createCommits(log);

  async function eachBatch(payload: EachBatchPayload): Promise<void> {
    const { batch, isRunning, isStale } = payload;
    const place = `${batch.topic}/${batch.partition}`;
    const pulse = keepBeating(payload);
    try {
      const stuckAt = (record: KafkaMessage) => record.offset === troubles.get(place)?.offset;
      for (const step of steps(batch.messages, routes.get(batch.topic) ?? new Map(), stuckAt)) {
        if (!isRunning() || isStale() || pulse.lost()) return;
        if (!(await settle(step, payload, place))) return;
      }
    } finally {
      pulse.stop();
      await commits.after(payload);
    }
  }

  /** False when the step's first unresolved record has to come again. */
  async function settle(step: Step, payload: EachBatchPayload, place: string): Promise<boolean> {
    const last = step.records.at(-1)!;
    try {
      if (step.do === 'handle') await take(step, payload.batch.topic);
      else if (step.do === 'bury') await bury(step.records[0], payload, step.reason);
      else log.debug({ topic: payload.batch.topic, type: step.type }, 'an event of a type unknown here is passed over');
    } catch (err) {
      if (step.do === 'handle' && step.records.length > 1 && !isAway(err))
        return settleEach(oneByOne(step), payload, place);
      if (!(await buried(step, err, payload, place))) return false;
    }
    troubles.delete(place);
    payload.resolveOffset(last.offset);
    return true;
  }

  async function settleEach(each: Step[], payload: EachBatchPayload, place: string): Promise<boolean> {
    for (const step of each) {
      if (!payload.isRunning() || !(await settle(step, payload, place))) return false;
    }
    return true;
  }

  async function take(step: HandleStep, topic: string): Promise<void> {
    await handle(step);
    meter.handled(topic, step.events.length);
  }

  /** Counts the failure; true when it was the last one and the record now lies in the dead-letter topic. */
  async function buried(step: Step, err: unknown, payload: EachBatchPayload, place: string): Promise<boolean> {
    const record = step.records[0]!;
    const trouble = troubleAt(place, record.offset);
    if (!isAway(err)) trouble.tries += 1;
    const { topic, partition } = payload.batch;
    const where = { topic, partition, offset: record.offset, tries: trouble.tries, ...idsOf(step) };
    if (step.do === 'handle' && !comesAgain(err, trouble.tries)) {
      try {
        await bury(record, payload, `failed: ${String(err)}`);
        log.error({ err, ...where }, 'an event went to the dead-letter topic');
        return true;
      } catch (unburied) {
        log.error({ err: unburied, ...where }, 'a dead letter could not be written');
      }
    } else {
      log.warn({ err, ...where }, 'an event will come again');
    }
    meter.retried(topic);
    pauseFor(backoffMs(trouble.waits++), payload);
    return false;
  }

  function troubleAt(place: string, offset: string): Trouble {
    const known = troubles.get(place);
    const trouble = known?.offset === offset ? known : { offset, tries: 0, waits: 0 };
    troubles.set(place, trouble);
    return trouble;
  }

  async function bury(record: KafkaMessage, { batch }: EachBatchPayload, reason: string): Promise<void> {
    await deadLetters.bury(record, { topic: batch.topic, partition: batch.partition, group }, reason);
    meter.buried(batch.topic);
  }

  function pauseFor(ms: number, { pause }: EachBatchPayload): void {
    const resume = pause();
    const timer = setTimeout(() => {
      timers.delete(timer);
      resume();
    }, ms);
    timers.add(timer);
  }

  return {
    eachBatch,
    /** Commits what was handled, and from then on at once. */
    close: commits.close,
    /** The consumer whose batches these were is no more. */
    stop() {
      for (const timer of timers) clearTimeout(timer);
      commits.forget();
    },
  };
}

/** What its handler's log lines carry, for those about its failure. */
function idsOf(step: Step): { request_id?: string; trace_id?: string } {
  const [event] = step.do === 'handle' ? step.events : [];
  if (event === undefined || event.traceparent === null) return {};
  return { request_id: event.id, trace_id: event.traceparent.slice(3, 35) };
}

/** Within the trace of its event; events that come together share a new one. */
const handle = ({ handler, events }: HandleStep): Promise<void> =>
  processing(events, (told) => {
    const only = told.length === 1 ? told[0] : undefined;
    const trace = { traceparent: only?.traceparent ?? newTraceparent(), requestId: only?.id ?? newId() };
    return inTrace(trace, () => handler.handle(told));
  });

/** Tells the broker that we live while a handler works; `lost` once the group goes on without us. */
function keepBeating({ heartbeat }: EachBatchPayload): { lost(): boolean; stop(): void } {
  let lost = false;
  const timer = setInterval(() => {
    heartbeat().catch(() => {
      lost = true;
    });
  }, BEAT_MS);
  return { lost: () => lost, stop: () => clearInterval(timer) };
}
