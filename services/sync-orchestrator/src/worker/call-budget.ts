import { sleep, type Logger } from '@crossdock/kernel';
import { Gauge, Registry } from 'prom-client';

/** Paces the platform calls of one app key. */
export interface CallBudget {
  /** Resolves when the next call may be made. */
  take(signal?: AbortSignal): Promise<void>;
  /** The platform refused a call for its rate: nobody calls before `hintMs` (or a growing pause) is over. */
  refused(hintMs: number | undefined): void;
  /** How long nobody may call, in ms. */
  pausedMs(): number;
  /** Calls a second that it allows now. */
  rate(): number;
}

/** Calls that may be made up after a late timer, as a share of a second. */
const CATCH_UP_MS = 20;
const FIRST_PAUSE_MS = 1_000;
const SHORTEST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 60_000;
/** Refusals of calls that were on their way together count once. */
const SAME_REFUSAL_MS = 250;
const RAISE_EVERY_MS = 1_000;

/** `perSecond` is the ceiling; a refusal halves the rate at once, calm seconds raise it by a twentieth of the ceiling. */
export function callBudget(perSecond: number, log: Logger, now: () => number = () => performance.now()): CallBudget {
  let rate = perSecond;
  let nextAt = 0;
  let pausedUntil = 0;
  let pause = FIRST_PAUSE_MS;
  let lastRefusal = Number.NEGATIVE_INFINITY;
  let lastRaise = 0;

  function raise(at: number): void {
    if (rate >= perSecond || at - Math.max(lastRefusal, lastRaise, pausedUntil) < RAISE_EVERY_MS) return;
    lastRaise = at;
    pause = FIRST_PAUSE_MS;
    rate = Math.min(perSecond, rate + perSecond / 20);
  }

  return {
    async take(signal) {
      for (;;) {
        const at = now();
        raise(at);
        const slot = Math.max(nextAt, at - CATCH_UP_MS, pausedUntil);
        nextAt = slot + 1_000 / rate;
        if (slot <= at) return;
        await sleep(slot - at, signal);
        // A refusal came in while this call waited: it queues again behind the pause.
        if (signal?.aborted || pausedUntil <= now()) return;
      }
    },
    refused(hintMs) {
      const at = now();
      if (at - lastRefusal > SAME_REFUSAL_MS) {
        rate = Math.max(1, rate / 2);
        if (hintMs === undefined) pause = Math.min(pause * 2, LONGEST_PAUSE_MS);
        log.warn({ perSecond: rate, hintMs }, 'the platform refused a call for its rate');
      }
      lastRefusal = at;
      pausedUntil = Math.max(pausedUntil, at + Math.max(SHORTEST_PAUSE_MS, hintMs ?? pause / 2));
      nextAt = Math.max(nextAt, pausedUntil);
    },
    pausedMs: () => Math.max(0, pausedUntil - now()),
    rate: () => rate,
  };
}

/** One budget per app key and process; told by platform, of each the tightest. */
export function callBudgets(
  perSecond: number,
  log: Logger,
  metrics = new Registry(),
): (platform: string, appKey: string) => CallBudget {
  const known = new Map<string, Map<string, CallBudget>>();
  const gauge = (name: string, help: string, read: (budgets: CallBudget[]) => number) =>
    new Gauge({
      name,
      help,
      labelNames: ['platform'],
      registers: [metrics],
      collect() {
        for (const [platform, budgets] of known) this.set({ platform }, read([...budgets.values()]));
      },
    });
  gauge(
    'crossdock_platform_budget_calls_per_second',
    'Calls a second that the tightest call budget of a platform allows this process',
    (budgets) => Math.min(...budgets.map((budget) => budget.rate())),
  );
  gauge(
    'crossdock_platform_pause_seconds',
    'How long the most refused call budget of a platform still pauses, 0 without a pause',
    (budgets) => Math.max(...budgets.map((budget) => budget.pausedMs())) / 1e3,
  );

  return (platform, appKey) => {
    const budgets = known.get(platform) ?? new Map<string, CallBudget>();
    const budget = budgets.get(appKey) ?? callBudget(perSecond, log.child({ platform }));
    known.set(platform, budgets.set(appKey, budget));
    return budget;
  };
}
