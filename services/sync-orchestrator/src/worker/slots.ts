import { newId, sleep, type Clock, type Logger, type Part } from '@crossdock/kernel';
import type { Claimed, TaskClaimStore } from '../store/task-claims.ts';

export interface Slots extends Part {
  /** Something may be there to take, or just this task. Coming twice, or never, harms nothing. */
  wake(taskId?: string): void;
}

export interface SlotsDeps {
  claims: TaskClaimStore;
  /** Works on a claimed task until it ends, waits, or is lost; `leaving` aborts when this process shuts down. */
  run(claimed: Claimed, leaving: AbortSignal): Promise<void>;
  count: number;
  clock: Clock;
  log: Logger;
}

/** Finds queued, due and lapsed tasks that nobody was told of. */
const SWEEP_MS = 2_000;

/** Takes tasks from the store while slots are free and works on them, outside any Kafka handler. */
export function workerSlots({ claims, run, count, clock, log }: SlotsDeps): Slots {
  const leaving = new AbortController();
  const busy = new Set<Promise<void>>();
  let told = new Set<string>();
  let looks = true;
  let woken = Promise.withResolvers<void>();
  let loop: Promise<void> | undefined;

  function wake(taskId?: string): void {
    if (taskId === undefined) looks = true;
    else told.add(taskId);
    woken.resolve();
  }

  function work(claimed: Claimed): void {
    const job = run(claimed, leaving.signal)
      .catch((err: unknown) => log.error({ err, taskId: claimed.task.id }, 'a task broke its worker'))
      .finally(() => {
        busy.delete(job);
        wake();
      });
    busy.add(job);
  }

  async function take(ids: Iterable<string>): Promise<void> {
    for (const id of ids) {
      if (busy.size >= count || leaving.signal.aborted) return;
      const claimed = await claims.claim(id, newId(), clock());
      if (claimed !== null) work(claimed);
    }
  }

  /** While a slot is free nothing older waits than what we are told of; what finds none free is looked for when one is. */
  async function takeWhatIsThere(): Promise<void> {
    const fresh = told;
    told = new Set();
    await take(fresh);
    if (!looks || busy.size >= count) return;
    looks = false;
    await take(await claims.candidates(clock()));
  }

  async function watch(): Promise<void> {
    while (!leaving.signal.aborted) {
      woken = Promise.withResolvers<void>();
      try {
        await takeWhatIsThere();
      } catch (err) {
        log.warn({ err }, 'cannot look for tasks');
        await sleep(SWEEP_MS, leaving.signal);
      }
      const sweep = setTimeout(wake, SWEEP_MS);
      await woken.promise;
      clearTimeout(sweep);
    }
  }

  return {
    name: 'workers',
    wake,
    async start() {
      loop = watch();
    },
    async stop() {
      leaving.abort();
      wake();
      await loop;
      await Promise.all(busy);
    },
  };
}
