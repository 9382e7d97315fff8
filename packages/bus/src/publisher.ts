import type { Event } from '@crossdock/contracts';
import { AppError } from '@crossdock/kernel';
import type { Message } from 'kafkajs';
import { toRecord } from './envelope.ts';

const MAX_EVENTS = 500;
/** A broker takes a megabyte per partition and send; headers and keys need their share. */
const MAX_BYTES = 900_000;
const HEADER_BYTES = 500;

interface Call {
  left: number;
  failed: boolean;
  resolve(): void;
  reject(err: unknown): void;
}

interface Unit {
  record: Message;
  bytes: number;
  call: Call;
}

export interface Publisher {
  /** Resolves when the broker acknowledged all of them. */
  publish(events: Event[]): Promise<void>;
  /** Resolves when nothing is queued or on its way. */
  flush(): Promise<void>;
}

/** `send` puts the records of one topic on the broker and resolves when they are acknowledged. */
export function createPublisher(send: (topic: string, records: Message[]) => Promise<void>): Publisher {
  const lanes = new Map<string, Lane>();

  function laneOf(topic: string): Lane {
    const lane = lanes.get(topic) ?? createLane((records) => send(topic, records));
    lanes.set(topic, lane);
    return lane;
  }

  return {
    publish(events) {
      const records = events.map((event) => ({ topic: event.topic, record: toRecord(event) }));
      const sized = records.map(({ topic, record }) => ({
        topic,
        record,
        bytes: HEADER_BYTES + Buffer.byteLength(record.value),
      }));
      const oversized = sized.findIndex(({ bytes }) => bytes > MAX_BYTES);
      if (oversized !== -1) {
        const { id, type } = events[oversized]!;
        return Promise.reject(
          new AppError('too_large', 'EVENT_TOO_LARGE', `event ${id} (${type}) exceeds ${MAX_BYTES} bytes`),
        );
      }
      if (sized.length === 0) return Promise.resolve();
      return new Promise((resolve, reject) => {
        const call: Call = { left: sized.length, failed: false, resolve, reject };
        for (const { topic, record, bytes } of sized) laneOf(topic).push({ record, bytes, call });
      });
    },
    async flush() {
      await Promise.all([...lanes.values()].map((lane) => lane.flush()));
    },
  };
}

interface Lane {
  push(unit: Unit): void;
  flush(): Promise<void>;
}

/** One topic's way to the broker: one send at a time, so that order survives every retry inside the client. */
function createLane(send: (records: Message[]) => Promise<void>): Lane {
  const queue: Unit[] = [];
  let begun: NodeJS.Immediate | null = null;
  let sending = false;
  let sent = Promise.resolve();

  function drain(): Promise<void> {
    if (begun !== null) clearImmediate(begun);
    begun = null;
    if (!sending) sent = sendAll();
    return sent;
  }

  async function sendAll(): Promise<void> {
    sending = true;
    while (queue.length > 0) {
      // What follows a failed event of the same call must not overtake it: the caller sends all of them again.
      const batch = queue.splice(0, batchSize(queue)).filter(({ call }) => !call.failed);
      if (batch.length > 0) await settle(batch);
    }
    sending = false;
  }

  async function settle(batch: Unit[]): Promise<void> {
    try {
      await send(batch.map(({ record }) => record));
      for (const { call } of batch) if (--call.left === 0) call.resolve();
    } catch (err) {
      for (const { call } of batch) {
        call.failed = true;
        call.reject(err);
      }
    }
  }

  return {
    push(unit) {
      queue.push(unit);
      if (sending) return;
      // At once when idle, with what else this turn of the loop brings; what comes while a send is out makes the next batch.
      begun ??= setImmediate(() => void drain());
    },
    flush: drain,
  };
}

function batchSize(queue: Unit[]): number {
  let bytes = 0;
  const full = queue.findIndex((unit, index) => index === MAX_EVENTS || (bytes += unit.bytes) > MAX_BYTES);
  return full === -1 ? queue.length : full;
}
