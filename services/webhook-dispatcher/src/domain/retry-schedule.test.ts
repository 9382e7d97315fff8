import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseRetryAfter, retryDelayMs, scheduleFault, USUAL_SCHEDULE } from './retry-schedule.ts';

const plain = { overrun: false, retryAfterMs: null };
const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
/** A schedule that is taken, and the number of an attempt of it that is tried again. */
const retried = fc
  .oneof(
    fc.constant([...USUAL_SCHEDULE]),
    fc.array(fc.integer({ min: 1, max: 60_000 }), { minLength: 1, maxLength: 20 }),
  )
  .chain((schedule) => fc.tuple(fc.constant(schedule), fc.integer({ min: 1, max: schedule.length })));
const baseMs = (schedule: readonly number[], number: number) => (schedule[number - 1] ?? 0) * 1_000;
const SIX_HOURS = 6 * 3_600_000;

test('ten attempts: at once, then 5 s, 5 min, 30 min, 2, 5, 10, 14, 20 and 24 h after the one before', () => {
  const middle = Array.from({ length: 9 }, (_, index) => retryDelayMs(USUAL_SCHEDULE, index + 1, plain, 0.5));
  expect(middle).toEqual(
    [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400].map((seconds) => seconds * 1_000),
  );
  expect(retryDelayMs(USUAL_SCHEDULE, 10, plain, 0.5)).toBeNull();
});

test('without a wish of the receiver the delay is within a fifth of the schedule', () => {
  fc.assert(
    fc.property(retried, random, ([schedule, number], dice) => {
      const delay = retryDelayMs(schedule, number, plain, dice) ?? 0;
      const base = baseMs(schedule, number);
      return delay >= Math.floor(base * 0.8) && delay <= Math.ceil(base * 1.2);
    }),
  );
});

test('Retry-After is followed from the schedule up to twice it or six hours, never below the schedule', () => {
  fc.assert(
    fc.property(retried, fc.integer({ min: 0, max: 1e9 }), random, ([schedule, number], retryAfterMs, dice) => {
      const delay = retryDelayMs(schedule, number, { overrun: false, retryAfterMs }, dice) ?? 0;
      const base = baseMs(schedule, number);
      return delay >= base && delay <= Math.max(base, Math.min(2 * base, SIX_HOURS));
    }),
  );
  expect(retryDelayMs(USUAL_SCHEDULE, 2, { overrun: false, retryAfterMs: 400_000 }, 0.5)).toBe(400_000);
});

test('who is overrun or too slow is left alone for a minute at least', () => {
  fc.assert(
    fc.property(
      retried,
      fc.option(fc.integer({ min: 0, max: 1e9 })),
      random,
      ([schedule, number], retryAfterMs, dice) => {
        return (retryDelayMs(schedule, number, { overrun: true, retryAfterMs }, dice) ?? 0) >= 60_000;
      },
    ),
  );
});

test('Retry-After comes as seconds or as a date', () => {
  const now = new Date('2026-03-14T10:00:00Z');
  expect(parseRetryAfter('120', now)).toBe(120_000);
  expect(parseRetryAfter('Sat, 14 Mar 2026 10:01:00 GMT', now)).toBe(60_000);
  expect(parseRetryAfter('Sat, 14 Mar 2026 09:00:00 GMT', now)).toBe(0);
  expect(parseRetryAfter('soon', now)).toBeNull();
  expect(parseRetryAfter(undefined, now)).toBeNull();
});

test('a schedule of any length ends after its last step', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 60_000 }), { maxLength: 20 }), random, (schedule, dice) => {
      expect(scheduleFault(schedule)).toBeNull();
      expect(retryDelayMs(schedule, schedule.length + 1, plain, dice)).toBeNull();
    }),
  );
});

test.each([
  ['21 steps', Array(21).fill(1)],
  ['a step of nothing', [5, 0]],
  ['half a second', [0.5]],
  ['more than a week', [604_801]],
  ['more than two weeks in all', Array(3).fill(604_800)],
])('%s are refused', (_what, schedule) => {
  expect(scheduleFault(schedule)).not.toBeNull();
});
