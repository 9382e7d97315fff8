import { AppError, type Part } from '@crossdock/kernel';
import { Worker } from 'node:worker_threads';
import type { HashingAnswer, HashingTask } from './worker.ts';

export interface Hashing {
  /** Argon2id with the library's defaults (19 MiB, two passes), as a PHC text. */
  hash(secret: string): Promise<string>;
  verify(hash: string, secret: string): Promise<boolean>;
}

interface Job {
  task: HashingTask;
  resolve(value: string | boolean): void;
  reject(err: Error): void;
}

interface Lane {
  worker: Worker;
  job: Job | undefined;
  /** Why the thread is about to end. */
  fault: unknown;
}

const RETRY_AFTER_MS = 1_000;

/** Hashes on threads of its own, so that no loop waits for it; a full queue refuses instead of growing. */
export function hashingPool({ threads, maxWaiting }: { threads: number; maxWaiting: number }): Part & Hashing {
  const lanes: Lane[] = [];
  const waiting: Job[] = [];
  let stopped = false;

  function addLane(): void {
    const lane: Lane = { worker: new Worker(new URL('worker.ts', import.meta.url)), job: undefined, fault: undefined };
    lane.worker.on('message', (answer: HashingAnswer) => settle(lane, answer));
    lane.worker.on('error', (err) => (lane.fault = err));
    lane.worker.on('exit', () => replace(lane));
    lanes.push(lane);
    feed(lane);
  }

  function feed(lane: Lane): void {
    lane.job = waiting.shift();
    if (lane.job !== undefined) lane.worker.postMessage(lane.job.task);
  }

  function settle(lane: Lane, answer: HashingAnswer): void {
    const { job } = lane;
    if ('value' in answer) job?.resolve(answer.value);
    else job?.reject(new Error(answer.fault));
    feed(lane);
  }

  function replace(lane: Lane): void {
    lanes.splice(lanes.indexOf(lane), 1);
    lane.job?.reject(new Error('a hashing thread ended', { cause: lane.fault }));
    if (!stopped) addLane();
  }

  function run(task: HashingTask): Promise<string | boolean> {
    return new Promise((resolve, reject) => {
      const free = lanes.find((lane) => lane.job === undefined);
      if (free === undefined && waiting.length >= maxWaiting) {
        throw new AppError('too_many', 'BUSY', '系统繁忙，请稍后再试', { retryAfterMs: RETRY_AFTER_MS });
      }
      waiting.push({ task, resolve, reject });
      if (free !== undefined) feed(free);
    });
  }

  const hash = (secret: string) => run({ kind: 'hash', secret }) as Promise<string>;

  async function stop(): Promise<void> {
    stopped = true;
    for (const job of waiting.splice(0)) job.reject(new AppError('unavailable', 'STOPPING', '服务正在停止'));
    await Promise.all(lanes.map(({ worker }) => worker.terminate()));
  }

  return {
    name: 'hashing threads',
    /** Each thread has hashed once before anybody waits for it. */
    async start() {
      stopped = false;
      for (let count = 0; count < threads; count += 1) addLane();
      try {
        await Promise.all(lanes.map(() => hash('warm')));
      } catch (err) {
        await stop();
        throw err;
      }
    },
    stop,
    hash,
    verify: (against, secret) => run({ kind: 'verify', hash: against, secret }) as Promise<boolean>,
  };
}
