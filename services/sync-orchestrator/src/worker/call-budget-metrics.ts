import { Counter, Gauge, type Registry } from 'prom-client';
import type { BreakerState, CallBreaker } from './breaker.ts';
import type { CallBudget } from './call-budget.ts';
import type { Slice } from './call-budget-slots.ts';

interface Watched {
  budget: CallBudget;
  breaker: CallBreaker;
}

const STATES: Record<BreakerState, number> = { closed: 0, 'half-open': 1, open: 2 };

/** Told by platform, of each its tightest budget. */
export function callBudgetMeter(metrics: Registry) {
  const known = new Map<string, Set<Watched>>();
  const registers = [metrics];
  const labelNames = ['platform'];
  const gauge = (name: string, help: string, read: (of: Watched[]) => number) =>
    new Gauge({
      name,
      help,
      labelNames,
      registers,
      collect() {
        this.reset();
        for (const [platform, each] of known) if (each.size > 0) this.set({ platform }, read([...each]));
      },
    });
  gauge(
    'crossdock_platform_budget_calls_per_second',
    'Calls a second that the tightest call budget of a platform allows all processes together, as this one knows',
    (each) => Math.min(...each.map(({ budget }) => budget.rate() ?? 0)),
  );
  gauge(
    'crossdock_platform_pause_seconds',
    'How long the most refused call budget of a platform still pauses, 0 without a pause',
    (each) => Math.max(...each.map(({ budget }) => budget.pausedMs())) / 1e3,
  );
  gauge(
    'crossdock_platform_breaker_state',
    'The breaker of a platform that is away most: 0 closed, 1 trying, 2 open',
    (each) => Math.max(...each.map(({ breaker }) => STATES[breaker.state()])),
  );
  const leased = new Counter({
    name: 'crossdock_platform_leased_calls_total',
    help: 'Calls in the slices that the registry leased to this process',
    labelNames,
    registers,
  });
  const refused = new Counter({
    name: 'crossdock_platform_refusals_total',
    help: 'Calls of this process that a platform refused for their rate',
    labelNames,
    registers,
  });

  return {
    /** Until what it answers is called. */
    watch(platform: string, watched: Watched): () => void {
      const all = known.get(platform) ?? new Set();
      known.set(platform, all.add(watched));
      return () => void all.delete(watched);
    },
    leased(platform: string, slices: Slice[]): void {
      for (const { calls } of slices) leased.inc({ platform }, calls);
    },
    refused: (platform: string): void => refused.inc({ platform }),
  };
}
