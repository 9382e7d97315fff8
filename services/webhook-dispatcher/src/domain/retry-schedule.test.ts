import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseRetryAfter, retryDelayMs, SCHEDULE_MS } from './retry-schedule.ts';

const plain = { overrun: false, retryAfterMs: null };
const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const retried = fc.integer({ min: 1, max: SCHEDULE_MS.length - 1 });
const SIX_HOURS = 6 * 3_600_000;

test('ten attempts: at once, then 5 s, 5 min, 30 min, 2, 5, 10, 14, 20 and 24 h after the one before', () => {
  const middle = Array.from({ length: 9 }, (_, index) => retryDelayMs(index + 1, plain, 0.5));
  expect(middle).toEqual(
    [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400].map((seconds) => seconds * 1_000),
  );
  expect(retryDelayMs(10, plain, 0.5)).toBeNull();
});

test('without a wish of the receiver the delay is within a fifth of the schedule', () => {
  fc.assert(
    fc.property(retried, random, (number, dice) => {
      const delay = retryDelayMs(number, plain, dice) ?? 0;
      const base = SCHEDULE_MS[number] ?? 0;
      return delay >= Math.floor(base * 0.8) && delay <= Math.ceil(base * 1.2);
    }),
  );
});

test('Retry-After is followed from the schedule up to twice it or six hours, never below the schedule', () => {
  fc.assert(
    fc.property(retried, fc.integer({ min: 0, max: 1e9 }), random, (number, retryAfterMs, dice) => {
      const delay = retryDelayMs(number, { overrun: false, retryAfterMs }, dice) ?? 0;
      const base = SCHEDULE_MS[number] ?? 0;
      return delay >= base && delay <= Math.max(base, Math.min(2 * base, SIX_HOURS));
    }),
  );
  expect(retryDelayMs(2, { overrun: false, retryAfterMs: 400_000 }, 0.5)).toBe(400_000);
});

test('who is overrun or too slow is left alone for a minute at least', () => {
  fc.assert(
    fc.property(retried, fc.option(fc.integer({ min: 0, max: 1e9 })), random, (number, retryAfterMs, dice) => {
      return (retryDelayMs(number, { overrun: true, retryAfterMs }, dice) ?? 0) >= 60_000;
    }),
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
