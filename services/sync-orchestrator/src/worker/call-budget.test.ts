import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { isPlatformError, type Logger } from '@crossdock/kernel';
import fc from 'fast-check';
import { callBudget, LONGEST_WAIT_MS, type CallBudget } from './call-budget.ts';
import type { LeasedCalls, RefusedCall } from './call-budget-lease.ts';
import { callQueue, priorityOf } from './call-budget-queue.ts';
import { LATE_MS, slotLine } from './call-budget-slots.ts';

const silent: Logger = { debug() {}, info() {}, warn() {}, error() {}, child: () => silent };
const LAST = 2;

beforeEach(() => void jest.useFakeTimers({ now: 1_000_000 }));
afterEach(() => void jest.useRealTimers());

/** What the registry does, reduced to one line: time ahead is dealt to whoever asks, and never twice. */
function dealer(perSecond = 100) {
  const spacing = 1_000 / (perSecond * 0.97);
  let frontier = 0;
  let pausedUntil = 0;
  let refusals = 0;
  let waitMs = [0, 0, 0];
  let away = false;
  const told: RefusedCall[] = [];
  let asked = 0;
  return {
    told,
    asked: () => asked,
    setAway(to: boolean) {
      away = to;
    },
    setWait(ms: number[]) {
      waitMs = ms;
    },
    pause(ms: number) {
      pausedUntil = Date.now() + ms;
      refusals++;
      return { refusals, pausedMs: ms, callsPerSecond: perSecond / 2 };
    },
    async lease(waiting: number[], refused: RefusedCall[]): Promise<LeasedCalls> {
      asked++;
      await new Promise((resolve) => setTimeout(resolve, 2));
      if (away) throw new Error('the registry is away');
      const nowMs = Date.now();
      for (const { retryAfterMs = 1_000 } of refused) {
        pausedUntil = nowMs + retryAfterMs;
        refusals++;
      }
      told.push(...refused);
      frontier = Math.max(frontier, nowMs, pausedUntil);
      const slices: LeasedCalls['slices'] = [];
      const deal = (wanted: number, aheadMs: number, priority: number | null) => {
        const calls = Math.min(wanted, Math.ceil((nowMs + aheadMs - frontier) / spacing));
        if (calls <= 0) return;
        slices.push({ from: frontier, calls, spacing, priority });
        frontier += calls * spacing;
      };
      waiting.forEach((calls, priority) => deal(calls, 500, priority));
      deal(Number.POSITIVE_INFINITY, 250, null);
      const pausedMs = Math.max(0, pausedUntil - nowMs);
      return { slices, nowMs, callsPerSecond: perSecond, pausedMs, refusals, waitMs };
    },
  };
}

const budgetOn = ({ lease }: Pick<ReturnType<typeof dealer>, 'lease'>): CallBudget =>
  callBudget({ lease, log: silent, now: () => Date.now() });

/** Takes as fast as the budget lets, for `ms`; answers when. */
async function takes(budget: CallBudget, ms: number, callers = 8, priority = LAST): Promise<number[]> {
  const at: number[] = [];
  const stop = new AbortController();
  const end = Date.now() + ms;
  const caller = async () => {
    while (Date.now() < end) {
      await budget.take(priority, stop.signal);
      at.push(Date.now());
    }
  };
  const all = Promise.allSettled(Array.from({ length: callers }, caller));
  await jest.advanceTimersByTimeAsync(ms + 1);
  stop.abort();
  await jest.advanceTimersByTimeAsync(10);
  await all;
  return at.filter((time) => time < end);
}

const inAnySecond = (at: number[]): number =>
  Math.max(...at.map((from) => at.filter((time) => time >= from && time < from + 1_000).length));

test('of 100 calls a second at least 95 are made, and never more than 100 in any second', async () => {
  const at = await takes(budgetOn(dealer()), 5_000);
  expect(at.length).toBeGreaterThanOrEqual(5 * 95);
  expect(inAnySecond(at)).toBeLessThanOrEqual(100);
});

test('three processes together keep the one rate and use it', async () => {
  const registry = dealer();
  const each = await Promise.all([
    takes(budgetOn(registry), 4_000),
    takes(budgetOn(registry), 4_000),
    takes(budgetOn(registry), 4_000),
  ]);
  const at = each.flat().toSorted((a, b) => a - b);
  const busy = at.filter((time) => time >= 1_000_500);
  expect(busy.length).toBeGreaterThanOrEqual(3.5 * 95);
  expect(inAnySecond(at)).toBeLessThanOrEqual(100);
});

test('a process that was held up makes up for the calls of the last moment, without more in any second', async () => {
  const budget = budgetOn(dealer());
  const before = await takes(budget, 1_000);
  jest.setSystemTime(Date.now() + 2_000);
  const after = await takes(budget, 1_500);
  expect(after.filter((time) => time <= after[0]! + 1).length).toBeLessThanOrEqual(1 + LATE_MS / 10);
  expect(inAnySecond([...before, ...after])).toBeLessThanOrEqual(100);
});

test('however late its timers are, no second holds more calls of a process than it has slots in one', () => {
  const lateness = fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 20, maxLength: 60 });
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 200 }), lateness, (perSecond, waits) => {
      const line = slotLine();
      line.add([{ from: 0, calls: 100_000, spacing: 1_000 / perSecond, priority: null }]);
      const made: number[] = [];
      let at = 0;
      for (const wait of waits) {
        at += wait;
        for (let slot = line.first(at); slot !== null && slot.at <= at; slot = line.first(at)) {
          line.use(at);
          made.push(at);
        }
      }
      if (made.length > 0) expect(inAnySecond(made)).toBeLessThanOrEqual(perSecond + 1);
    }),
  );
});

test('calls that many tasks wait for are asked for together', async () => {
  const registry = dealer();
  await takes(budgetOn(registry), 3_000, 40);
  expect(registry.asked()).toBeLessThan(3 * 20);
});

test('a slot is for who waits in its own line, else for the most urgent', async () => {
  const queue = callQueue();
  const order: string[] = [];
  const waiting = ['products', 'reviews', 'inventory', 'orders'].map((type) =>
    queue.join(priorityOf(type), undefined).then(() => order.push(type)),
  );
  for (const priority of [null, LAST, 0, null]) {
    queue.release(priority);
    await jest.advanceTimersByTimeAsync(0);
  }
  await Promise.all(waiting);
  expect(order).toEqual(['orders', 'products', 'inventory', 'reviews']);
});

test('after a refusal nobody calls before the hint is over, and the registry is told what was made before', async () => {
  const registry = dealer();
  const budget = budgetOn(registry);
  await takes(budget, 200);
  budget.refused(5, 3_000);
  expect(await takes(budget, 2_900)).toEqual([]);
  const [told] = registry.told;
  expect(told).toMatchObject({ retryAfterMs: 3_000, sentMsAgo: 5 });
  expect(told!.calls).toBeGreaterThan(10);
  expect(told!.withinMs).toBeGreaterThan(100);
  expect((await takes(budget, 1_000)).length).toBeGreaterThan(50);
});

test('a refusal that is met while a question is on its way is told with the next one', async () => {
  const registry = dealer();
  let meets = false;
  const budget = budgetOn({
    lease(waiting, refused) {
      if (meets) queueMicrotask(() => budget.refused(1, 2_000));
      meets = false;
      return registry.lease(waiting, refused);
    },
  });
  await takes(budget, 500);
  meets = true;
  await takes(budget, 150);
  expect(await takes(budget, 1_800)).toEqual([]);
  expect(registry.told).toMatchObject([{ retryAfterMs: 2_000 }]);
});

test('a refusal that another process met voids the slices in hand', async () => {
  const registry = dealer();
  const budget = budgetOn(registry);
  await takes(budget, 200);
  budget.heardRefusals(registry.pause(2_000));
  expect(budget.pausedMs()).toBe(2_000);
  expect(budget.rate()).toBe(50);
  expect(await takes(budget, 1_900)).toEqual([]);
  expect((await takes(budget, 1_000)).length).toBeGreaterThan(50);
});

test('a call that would wait longer than ten seconds is given back with the time it would take', async () => {
  const registry = dealer(0.001);
  const budget = budgetOn(registry);
  const first = budget.take(LAST);
  await jest.advanceTimersByTimeAsync(10);
  await first;
  registry.setWait([0, 0, 60_000]);
  const given = budget.take(LAST).catch((err: unknown) => err);
  await jest.advanceTimersByTimeAsync(200);
  const err = await given;
  expect(isPlatformError(err) && [err.failure, err.code, err.retryAfterMs]).toEqual([
    'RATE_LIMITED',
    'CALL_BUDGET',
    60_000,
  ]);
  const next = (await budget.take(LAST).catch((each: unknown) => each)) as { retryAfterMs: number };
  expect(next.retryAfterMs).toBeGreaterThan(59_000);
});

test('a long hint gives back everybody who waits, as refused by the platform', async () => {
  const budget = budgetOn(dealer(1));
  await Promise.all([budget.take(LAST), jest.advanceTimersByTimeAsync(10)]);
  const waiting = budget.take(LAST).catch((err: unknown) => err);
  budget.refused(1, LONGEST_WAIT_MS + 20_000);
  expect(await waiting).toMatchObject({ failure: 'RATE_LIMITED', code: '', retryAfterMs: 30_000 });
  await expect(budget.take(0)).rejects.toMatchObject({ code: '', retryAfterMs: 30_000 });
  budget.stop();
});

test('without the registry a fiftieth of the last rate goes on, and the whole rate when it is back', async () => {
  const registry = dealer();
  const budget = budgetOn(registry);
  await takes(budget, 500);
  registry.setAway(true);
  await takes(budget, 1_000);
  expect((await takes(budget, 4_000)).length).toBeLessThanOrEqual(8);
  registry.setAway(false);
  await takes(budget, 1_000);
  expect((await takes(budget, 1_000)).length).toBeGreaterThanOrEqual(95);
});

test('without the registry from the start no call is made at all', async () => {
  const registry = dealer();
  registry.setAway(true);
  const failed = budgetOn(registry)
    .take(LAST)
    .catch((err: unknown) => err);
  await jest.advanceTimersByTimeAsync(10);
  expect(await failed).toMatchObject({ message: 'the registry is away' });
});

test('a call whose task ends leaves the line', async () => {
  const budget = budgetOn(dealer(1));
  await Promise.all([budget.take(LAST), jest.advanceTimersByTimeAsync(10)]);
  const ended = new AbortController();
  const waiting = budget.take(LAST, ended.signal).catch((err: unknown) => err);
  ended.abort(new Error('ended'));
  expect(await waiting).toMatchObject({ message: 'ended' });
  budget.stop();
});
