import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { newCallBudget, remainingShareOf, underCeiling, type CallBudget, type Slice } from './call-budget.ts';
import { lease, waitsOf } from './call-budget-deal.ts';
import { refused, type Refusal } from './call-budget-learning.ts';
import { callRates, CALL_RATES_PATTERN } from './call-rates.ts';

const KEY = { platform: 'tmall', appKeyHash: 'a'.repeat(64), callClass: 'read' };
const START = 1_000_000;
const fresh = (rate = 100): CallBudget => newCallBudget(KEY, rate);

const callsOf = (slices: Slice[]): number[] =>
  slices.flatMap(({ from, calls, spacing }) => Array.from({ length: calls }, (_, n) => from + n * spacing));
const countOf = (slices: Slice[]): number => slices.reduce((sum, { calls }) => sum + calls, 0);

/** The most that stands in one second, wherever it begins. */
function inAnySecond(times: number[]): number {
  const sorted = times.toSorted((a, b) => a - b);
  let most = 0;
  let first = 0;
  sorted.forEach((time, last) => {
    while (sorted[first]! <= time - 1_000) first++;
    most = Math.max(most, last - first + 1);
  });
  return most;
}

const refusal = (over: Partial<Refusal> = {}): Refusal => ({
  sentMsAgo: 5,
  refusedMsAgo: 0,
  hintMs: null,
  calls: 0,
  withinMs: 0,
  ...over,
});

test('whoever asks, whenever and for how much: the slices of all together never hold more than the rate in any second', () => {
  const ask = fc.record({
    holder: fc.constantFrom('a', 'b', 'c'),
    waiting: fc.array(fc.nat(60), { minLength: 3, maxLength: 3 }),
    pauseMs: fc.nat(200),
    ahead: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 500 }), fc.array(ask, { maxLength: 60 }), (rate, asks) => {
      let budget = fresh(rate);
      let now = START;
      const times: number[] = [];
      for (const { pauseMs, ...each } of asks) {
        now += pauseMs;
        const leased = lease(budget, each, now);
        budget = leased.budget;
        times.push(...callsOf(leased.slices));
      }
      expect(inAnySecond(times)).toBeLessThanOrEqual(rate);
    }),
  );
});

test('three processes that always have calls waiting are dealt 97 of 100 calls, in equal parts', () => {
  let budget = fresh();
  const got = new Map<string, number[]>();
  for (let now = START; now < START + 20_000; now += 30) {
    const holder = ['a', 'b', 'c'][((now / 30) % 3) | 0]!;
    const leased = lease(budget, { holder, waiting: [0, 0, 100], ahead: true }, now);
    budget = leased.budget;
    got.set(holder, [...(got.get(holder) ?? []), ...callsOf(leased.slices)]);
  }
  // The first to come has the first half second for itself.
  const counts = [...got.values()].map(
    (times) => times.filter((at) => at >= START + 500 && at < START + 19_500).length,
  );
  expect(counts.reduce((sum, each) => sum + each)).toBeGreaterThanOrEqual(19 * 95);
  expect(Math.max(...counts) - Math.min(...counts)).toBeLessThan(20);
});

test('orders go before inventory before the rest, but nobody starves: 60, 30 and 10 of 100', () => {
  let budget = fresh();
  const counts = [0, 0, 0];
  for (let now = START; now < START + 20_000; now += 50) {
    const leased = lease(budget, { holder: 'a', waiting: [50, 50, 50], ahead: true }, now);
    budget = leased.budget;
    for (const { priority, calls } of leased.slices) counts[priority!]! += calls;
  }
  const all = counts.reduce((sum, each) => sum + each);
  expect(counts.map((each) => Math.round((each / all) * 10))).toEqual([6, 3, 1]);
});

test('a process with orders is served before one with products that asked first', () => {
  const products = lease(fresh(), { holder: 'a', waiting: [0, 0, 200], ahead: true }, START);
  const orders = lease(products.budget, { holder: 'b', waiting: [20, 0, 0], ahead: true }, START + 1);
  expect(countOf(orders.slices)).toBe(0);
  const later = lease(orders.budget, { holder: 'a', waiting: [0, 0, 150], ahead: true }, START + 101);
  const mine = lease(later.budget, { holder: 'b', waiting: [20, 0, 0], ahead: true }, START + 102);
  expect(countOf(mine.slices)).toBeGreaterThanOrEqual(4 * countOf(later.slices));
});

test('a process alone gets slices ahead of its need, one that shares the budget or asks for a single call does not get them all', () => {
  const alone = lease(fresh(), { holder: 'a', waiting: [0, 0, 1], ahead: true }, START);
  expect(countOf(alone.slices)).toBeGreaterThanOrEqual(24);
  expect(countOf(lease(fresh(), { holder: 'a', waiting: [1], ahead: false }, START).slices)).toBe(1);
});

test('slices of a process that died lapse, and a second later nothing is dealt to it any more', () => {
  const dying = lease(fresh(), { holder: 'dead', waiting: [0, 0, 500], ahead: true }, START);
  let { budget } = dying;
  let got = 0;
  for (let now = START + 50; now < START + 3_000; now += 50) {
    const leased = lease(budget, { holder: 'b', waiting: [0, 0, 300], ahead: true }, now);
    budget = leased.budget;
    if (now >= START + 2_000) got += countOf(leased.slices);
  }
  expect(got).toBeGreaterThanOrEqual(95);
  expect(budget.slices).toEqual([]);
});

test('after a refusal slices are void and nothing is dealt before the hint is over', () => {
  const { budget } = lease(fresh(), { holder: 'a', waiting: [0, 0, 40], ahead: true }, START);
  const paused = refused(budget, refusal({ hintMs: 3_000 }), START + 100);
  expect(remainingShareOf(paused, START + 100)).toBe(0);
  const during = lease(paused, { holder: 'b', waiting: [0, 0, 40], ahead: true }, START + 2_000);
  expect(during.slices).toEqual([]);
  const near = lease(during.budget, { holder: 'b', waiting: [0, 0, 40], ahead: true }, START + 3_050);
  expect(Math.min(...callsOf(near.slices))).toBeGreaterThanOrEqual(START + 3_100);
});

test('an app with few calls is near its limit for as long as it is refused, not for good', () => {
  const small = { ...fresh(), rate: 10, refusedRate: 11, refusedAt: START };
  expect(remainingShareOf(small, START + 60_000)).toBeCloseTo(0.1);
  expect(remainingShareOf(small, START + 660_000)).toBe(1);
});

test('without a hint the pause is a second and doubles; it is never under half a second', () => {
  const first = refused(fresh(), refusal(), START);
  expect(first.pausedUntil).toBe(START + 1_000);
  const second = refused(first, refusal(), START + 2_000);
  expect(second.pausedUntil).toBe(START + 4_000);
  expect(refused(fresh(), refusal({ hintMs: 1 }), START).pausedUntil).toBe(START + 500);
});

test('refusals of calls that were on their way together lower the rate once, but the longest hint counts', () => {
  const first = refused(fresh(), refusal({ hintMs: 1_000 }), START);
  const both = refused(first, refusal({ hintMs: 5_000, sentMsAgo: 40 }), START + 30);
  expect(both.rate).toBe(50);
  expect(both.refusals).toBe(2);
  expect(both.pausedUntil).toBe(START + 5_030);
});

test('a refusal halves the rate; the way back is quick up to near it, then slow, and slower after every refusal', () => {
  let budget = refused(fresh(), refusal({ hintMs: 500 }), START);
  expect(budget.rate).toBe(50);
  const rateAt = (seconds: number): number => {
    let later = budget;
    for (let now = START; now <= START + seconds * 1_000; now += 100)
      later = lease(later, { holder: 'a', waiting: [0, 0, 9], ahead: true }, now).budget;
    return later.rate;
  };
  expect(rateAt(15)).toBeCloseTo(90, 0);
  expect(rateAt(20)).toBeLessThan(95);
  expect(rateAt(60)).toBe(100);
  budget = refused(refused(budget, refusal(), START + 1_000), refusal(), START + 2_000);
  expect(budget.rate).toBe(12.5);
});

test.each([
  ['is asked all the time', 100],
  ['is left alone', 20 * 60_000],
])('refusals that meant nothing are forgotten within twenty minutes, whether the app %s', (_what, everyMs) => {
  let budget = fresh();
  for (const seconds of [0, 5, 10, 15, 20]) budget = refused(budget, refusal(), START + seconds * 1_000);
  expect(budget.rate).toBeLessThanOrEqual(20);
  for (let now = START + everyMs; now <= START + 20 * 60_000; now += everyMs)
    budget = lease(budget, { holder: 'a', waiting: [0, 0, 1], ahead: true }, now).budget;
  expect(budget).toMatchObject({ rate: 100, refusedRate: null });
});

/** A platform that allows a fifth, with bursts of one second, as contract.md §6 has it. */
function platform(perSecond: number) {
  let level = perSecond;
  let at = START;
  return (now: number): boolean => {
    level = Math.min(perSecond, level + ((now - at) * perSecond) / 1_000);
    at = now;
    if (level < 1) return false;
    level -= 1;
    return true;
  };
}

test.each([1, 2, 3])(
  'finding out that a fifth is allowed costs at most five refusals, with %d processes',
  (processes) => {
    const allows = platform(20);
    let budget = fresh();
    let refusals = 0;
    let made: number[] = [];
    let line: number[] = [];
    for (let now = START; now < START + 120_000; now += 1) {
      if (now % 50 === 0) {
        const holder = `p${(now / 50) % processes}`;
        const leased = lease(budget, { holder, waiting: [0, 0, 30], ahead: true }, now);
        budget = leased.budget;
        line = [...line, ...callsOf(leased.slices)].toSorted((a, b) => a - b);
      }
      while (line[0] !== undefined && line[0] <= now) {
        line.shift();
        made = made.filter((each) => each > now - 1_000);
        if (allows(now)) {
          made.push(now);
          continue;
        }
        refusals += 1;
        const own = Math.ceil(made.length / processes);
        budget = refused(
          budget,
          refusal({ sentMsAgo: 4, hintMs: 1_000, calls: own, withinMs: now - (made[0] ?? now) }),
          now,
        );
        line = [];
      }
    }
    expect(refusals).toBeLessThanOrEqual(5);
    expect(budget.rate).toBeGreaterThan(8);
    expect(budget.rate).toBeLessThan(24);
  },
);

test('a call that joins a long line is told when it would be made', () => {
  const { budget } = lease(fresh(10), { holder: 'a', waiting: [0, 0, 500], ahead: true }, START);
  const [orders, , products] = waitsOf(budget, START);
  expect(products).toBeGreaterThan(50_000);
  expect(products).toBeLessThan(53_000);
  expect(orders).toBeLessThan(1_000);
});

test('a configured ceiling wins over a stored one, what was learned stays below it', () => {
  expect(underCeiling(fresh(100), 20).rate).toBe(20);
  expect(underCeiling(fresh(20), 100).rate).toBe(100);
  const learned = refused(fresh(100), refusal(), START);
  expect(underCeiling(learned, 200).rate).toBe(50);
  expect(underCeiling(learned, 20).rate).toBe(20);
});

test('calls a second are one number, or one for all and others for some platforms', () => {
  const rates = callRates('100,jd:20,pdd:0.5');
  expect([rates('tmall'), rates('jd'), rates('pdd')]).toEqual([100, 20, 0.5]);
  const pattern = new RegExp(CALL_RATES_PATTERN);
  for (const good of ['100', '0.001', '100,jd:20', '.5']) expect(good).toMatch(pattern);
  for (const bad of ['', '0', '0.0', '-1', 'x', '100,jd', '100,jd:0', '100,', '1,2']) expect(bad).not.toMatch(pattern);
});
