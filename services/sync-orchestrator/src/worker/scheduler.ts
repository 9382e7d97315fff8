import { sleep, type Clock, type Logger, type Part } from '@crossdock/kernel';
import type { Schedules } from '../app/schedules.ts';

export interface Scheduler extends Part {
  /** A due time may have come nearer. Coming twice, or never, harms nothing. */
  wake(): void;
}

export interface SchedulerDeps {
  schedules: Pick<Schedules, 'runDue' | 'soonest'>;
  clock: Clock;
  log: Logger;
}

/** What another process was told, or left behind, is seen after this at the latest. */
const SWEEP_MS = 2_000;
/** When others are just taking what is due. */
const SHORTEST_MS = 20;

/** Sleeps until the next connector is due; any number of them may run beside one another. */
export function scheduler({ schedules, clock, log }: SchedulerDeps): Scheduler {
  const leaving = new AbortController();
  let woken = Promise.withResolvers<void>();
  let loop: Promise<void> | undefined;

  /** How long there is nothing to do. */
  async function restAfterWork(): Promise<number> {
    if ((await schedules.runDue()) > 0) return 0;
    const next = await schedules.soonest();
    if (next === null) return SWEEP_MS;
    return Math.min(Math.max(next.getTime() - clock().getTime(), SHORTEST_MS), SWEEP_MS);
  }

  async function watch(): Promise<void> {
    while (!leaving.signal.aborted) {
      woken = Promise.withResolvers<void>();
      const restMs = await restAfterWork().catch((err: unknown) => {
        log.warn({ err }, 'cannot look for due connectors');
        return SWEEP_MS;
      });
      if (restMs === 0) continue;
      const rest = new AbortController();
      await Promise.race([woken.promise, sleep(restMs, AbortSignal.any([rest.signal, leaving.signal]))]);
      rest.abort();
    }
  }

  return {
    name: 'scheduler',
    wake: () => woken.resolve(),
    async start() {
      loop = watch();
    },
    async stop() {
      leaving.abort();
      await loop;
    },
  };
}
