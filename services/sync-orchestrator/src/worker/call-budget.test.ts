import { expect, jest, test, beforeEach, afterEach } from '@jest/globals';
import type { Logger } from '@crossdock/kernel';
import { callBudget } from './call-budget.ts';

const silent: Logger = { debug() {}, info() {}, warn() {}, error() {}, child: () => silent };

beforeEach(() => void jest.useFakeTimers({ now: 1_000_000 }));
afterEach(() => void jest.useRealTimers());

/** Takes as fast as the budget lets, for `ms`; answers when. */
async function takes(budget: ReturnType<typeof callBudget>, ms: number, callers = 4): Promise<number[]> {
  const at: number[] = [];
  const stop = new AbortController();
  const end = Date.now() + ms;
  const caller = async () => {
    while (Date.now() < end && !stop.signal.aborted) {
      await budget.take(stop.signal);
      if (Date.now() < end) at.push(Date.now());
    }
  };
  const all = Promise.all(Array.from({ length: callers }, caller));
  await jest.advanceTimersByTimeAsync(ms + 1);
  stop.abort();
  await jest.advanceTimersByTimeAsync(10);
  await all;
  return at;
}

const inAnySecond = (at: number[]): number =>
  Math.max(...at.map((from) => at.filter((time) => time >= from && time < from + 1_000).length));

test('of 100 calls a second at least 95 and never more than 102 are made in any second', async () => {
  const at = await takes(
    callBudget(100, silent, () => Date.now()),
    5_000,
  );
  expect(at.length).toBeGreaterThanOrEqual(5 * 95);
  expect(inAnySecond(at)).toBeLessThanOrEqual(102);
});

test('after a refusal nobody calls before the hint is over, and then at half the rate', async () => {
  const budget = callBudget(100, silent, () => Date.now());
  await takes(budget, 200);
  budget.refused(3_000);
  expect(await takes(budget, 2_900)).toEqual([]);
  const after = await takes(budget, 900);
  expect(after.length).toBeGreaterThan(0);
  expect(after.length).toBeLessThanOrEqual(50);
});

test('refusals without a hint pause a second, then longer, and calm raises the rate again', async () => {
  const budget = callBudget(100, silent, () => Date.now());
  budget.refused(undefined);
  expect(budget.pausedMs()).toBe(1_000);
  await jest.advanceTimersByTimeAsync(1_000);
  budget.refused(undefined);
  expect(budget.pausedMs()).toBe(2_000);
  const slow = (await takes(budget, 4_000)).length;
  await takes(budget, 30_000);
  expect((await takes(budget, 4_000)).length).toBeGreaterThan(slow * 2);
});
