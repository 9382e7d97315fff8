import { AsyncLocalStorage } from 'node:async_hooks';
import { sha256Hex, sleep, type Logger, type Part } from '@crossdock/kernel';
import type { CallOutcome } from '@crossdock/platforms';
import type { Registry } from 'prom-client';
import { callBreaker } from './breaker.ts';
import { callBudget } from './call-budget.ts';
import type { BudgetKey, CallLeases } from './call-budget-lease.ts';
import { callBudgetMeter } from './call-budget-metrics.ts';

/** The gate before the calls of one app key: breaker, then budget. Each `take` that resolved is followed by one `done`. */
export interface AppCalls {
  /** Calls will come in a moment. */
  expect(): void;
  take(priority: number, signal?: AbortSignal): Promise<void>;
  done(outcome: CallOutcome): void;
}

export interface CallBudgets extends Part {
  of(platform: string, appKey: string): AppCalls;
}

interface Gate {
  calls: AppCalls;
  isIdle(): boolean;
  end(): void;
}

/** Refusals elsewhere are listened for this long after the last call. */
const LISTEN_MS = 30_000;
/** Apps come and go with their merchants: a gate that was not used for so long is made anew for the next call. */
const KEPT_MS = 600_000;
const CLEARED_EVERY_MS = 60_000;
const RETRY_MS = 1_000;

/** One gate per platform and app key, shared by all tasks of this process. */
export function callBudgets(leases: CallLeases, log: Logger, metrics: Registry): CallBudgets {
  const known = new Map<string, Gate>();
  const stopping = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const meter = callBudgetMeter(metrics);
  const now = () => performance.now();
  // What is asked for many tasks together belongs to the trace of none.
  const outside = AsyncLocalStorage.snapshot();

  function gateOf(key: BudgetKey): Gate {
    const { platform } = key;
    const budget = callBudget({
      lease: async (waiting, refusals) => {
        const leased = await outside(() => leases.lease(key, waiting, refusals));
        meter.leased(platform, leased.slices);
        return leased;
      },
      log: log.child({ platform }),
      now,
    });
    const breaker = callBreaker(now);
    const unwatch = meter.watch(platform, { budget, breaker });
    let usedAt = now();
    let listening = false;

    async function listen(): Promise<void> {
      listening = true;
      while (!stopping.signal.aborted && now() - usedAt < LISTEN_MS) {
        try {
          budget.heardRefusals(await leases.watch(key, budget.knownRefusals()));
        } catch {
          // The next lease tells as well, a little later.
          await sleep(RETRY_MS, stopping.signal);
        }
      }
      listening = false;
    }

    const calls: AppCalls = {
      expect: budget.expect,
      async take(priority, signal) {
        breaker.check();
        usedAt = now();
        if (!listening) void outside(listen);
        await budget.take(priority, signal);
        breaker.begin();
      },
      done(outcome) {
        breaker.end(outcome);
        budget.ended(outcome.durationMs);
        if (outcome.ok || outcome.failure !== 'RATE_LIMITED') return;
        meter.refused(platform);
        budget.refused(outcome.durationMs, outcome.retryAfterMs);
      },
    };
    return {
      calls,
      isIdle: () => now() - usedAt > KEPT_MS && budget.pausedMs() === 0,
      end() {
        unwatch();
        budget.stop();
        breaker.stop();
      },
    };
  }

  function clear(isOver: (gate: Gate) => boolean): void {
    for (const [id, gate] of known) {
      if (!isOver(gate)) continue;
      known.delete(id);
      gate.end();
    }
  }

  return {
    name: 'call budgets',
    of(platform, appKey) {
      const key = { platform, appKeyHash: sha256Hex(appKey) };
      const id = `${platform} ${key.appKeyHash}`;
      const gate = known.get(id) ?? gateOf(key);
      known.set(id, gate);
      return gate.calls;
    },
    async start() {
      timer = setInterval(() => clear((gate) => gate.isIdle()), CLEARED_EVERY_MS);
    },
    async stop() {
      clearInterval(timer);
      stopping.abort();
      clear(() => true);
    },
  };
}
