import { recent } from '@crossdock/kernel';
import { Counter, Gauge, type Registry } from 'prom-client';
import type { CallBudget, Slice } from '../domain/call-budget.ts';
import type { CallBudgetStore } from '../store/call-budgets.ts';

/** Budgets that nobody drew on for longer are not told of. */
const ACTIVE_MS = 600_000;

export function callBudgetMeter(metrics: Registry, budgets: CallBudgetStore) {
  const counter = (name: string, help: string) =>
    new Counter({ name, help, labelNames: ['platform'], registers: [metrics] });
  const slices = counter('crossdock_call_budget_slices_total', 'Slices handed out by this process');
  const calls = counter('crossdock_call_budget_leased_calls_total', 'Calls in the slices handed out by this process');
  const refusals = counter(
    'crossdock_call_budget_refusals_total',
    'Refusals for the rate that this process was told of',
  );

  const active = recent(() => budgets.active(new Date(Date.now() - ACTIVE_MS)));
  const gauge = (name: string, help: string, read: (budget: CallBudget) => number, pick: (...of: number[]) => number) =>
    new Gauge({
      name,
      help,
      labelNames: ['platform'],
      registers: [metrics],
      async collect() {
        this.reset();
        const platforms = Map.groupBy((await active()) ?? [], ({ platform }) => platform);
        for (const [platform, each] of platforms) this.set({ platform }, pick(...each.map(read)));
      },
    });
  gauge(
    'crossdock_call_budget_calls_per_second',
    'Calls a second that the tightest call budget of a platform allows all processes together',
    ({ rate }) => rate,
    Math.min,
  );
  gauge(
    'crossdock_call_budget_pause_seconds',
    'How long the most refused call budget of a platform still pauses, 0 without a pause',
    ({ pausedUntil }) => Math.max(0, pausedUntil - Date.now()) / 1_000,
    Math.max,
  );

  return {
    leased(platform: string, handed: Slice[]): void {
      if (handed.length === 0) return;
      slices.inc({ platform }, handed.length);
      calls.inc(
        { platform },
        handed.reduce((sum, slice) => sum + slice.calls, 0),
      );
    },
    refused: (platform: string, count: number): void => refusals.inc({ platform }, count),
  };
}
