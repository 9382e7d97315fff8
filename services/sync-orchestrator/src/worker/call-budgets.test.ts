import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import type { Logger } from '@crossdock/kernel';
import { Registry } from 'prom-client';
import type { CallLeases } from './call-budget-lease.ts';
import { callBudgets, type CallBudgets } from './call-budgets.ts';

const MINUTE_MS = 60_000;
const quiet = { warn() {}, child: () => quiet } as unknown as Logger;

let asked: string[];
let pausedMs: number;
let metrics: Registry;
let budgets: CallBudgets;

/** A registry that deals whatever is asked for. */
const leases: CallLeases = {
  async lease({ appKeyHash }, waiting) {
    asked.push(appKeyHash);
    const slices = waiting.flatMap((calls, priority) =>
      calls === 0 || pausedMs > 0 ? [] : [{ from: performance.now(), calls, spacing: 1, priority }],
    );
    return {
      slices,
      nowMs: performance.now(),
      waitMs: waiting.map(() => 0),
      refusals: 0,
      pausedMs,
      callsPerSecond: 50,
    };
  },
  watch: () => new Promise(() => {}),
};

beforeEach(async () => {
  jest.useFakeTimers();
  [asked, pausedMs, metrics] = [[], 0, new Registry()];
  budgets = callBudgets(leases, quiet, metrics);
  await budgets.start();
});

afterEach(async () => {
  await budgets.stop();
  jest.useRealTimers();
});

const gates = async () => (await metrics.getSingleMetric('crossdock_platform_breaker_state')!.get()).values;

async function call(appKey: string): Promise<void> {
  const calls = budgets.of('tmall', appKey);
  const turn = calls.take(0);
  await jest.advanceTimersByTimeAsync(200);
  await turn;
  calls.done({ ok: true, durationMs: 1, bytes: 100 });
}

test('tasks of one app share its gate, and another app has its own', () => {
  expect(budgets.of('tmall', 'a')).toBe(budgets.of('tmall', 'a'));
  expect(budgets.of('tmall', 'a')).not.toBe(budgets.of('tmall', 'b'));
  expect(budgets.of('tmall', 'a')).not.toBe(budgets.of('taobao', 'a'));
});

test('a gate that nobody uses is let go, and made anew for the next call', async () => {
  await call('a');
  const before = budgets.of('tmall', 'a');
  await jest.advanceTimersByTimeAsync(8 * MINUTE_MS);
  await call('b');
  await jest.advanceTimersByTimeAsync(4 * MINUTE_MS);
  expect(budgets.of('tmall', 'a')).not.toBe(before);
  await call('a');
  expect(new Set(asked).size).toBe(2);
  await jest.advanceTimersByTimeAsync(12 * MINUTE_MS);
  expect(await gates()).toEqual([]);
});

test('not while the platform refuses its calls', async () => {
  await call('a');
  const calls = budgets.of('tmall', 'a');
  calls.done({ ok: false, failure: 'RATE_LIMITED', code: '7', message: '', durationMs: 1, retryAfterMs: 3_600_000 });
  await jest.advanceTimersByTimeAsync(30 * MINUTE_MS);
  expect(budgets.of('tmall', 'a')).toBe(calls);
  await expect(calls.take(0)).rejects.toMatchObject({ failure: 'RATE_LIMITED' });
});
