import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { isFailing, mustPause, newStreak, streakAfter } from './streak.ts';

const HOUR_MS = 3_600_000;
const hour = (n: number) => new Date(n * HOUR_MS);

test('ten failures in a row over a day without success pause, five over half a day warn', () => {
  const after = (failures: number) => ({ failures, since: hour(0) });
  expect(mustPause(after(10), hour(24))).toBe(true);
  expect([mustPause(after(9), hour(90)), mustPause(after(90), hour(23.9))]).toEqual([false, false]);
  expect(isFailing(after(5), hour(12))).toBe(true);
  expect([isFailing(after(4), hour(90)), isFailing(after(90), hour(11.9))]).toEqual([false, false]);
});

test('counts failures since the last success; a cancelled sync says nothing', () => {
  const outcome = fc.constantFrom('completed', 'failed', 'cancelled');
  fc.assert(
    fc.property(fc.array(outcome, { maxLength: 40 }), (outcomes) => {
      const streak = outcomes.reduce((so, each, n) => streakAfter(so, each, hour(n + 1)), newStreak(hour(0)));
      const success = outcomes.lastIndexOf('completed');
      expect(streak.failures).toBe(outcomes.slice(success + 1).filter((each) => each === 'failed').length);
      expect(streak.since).toEqual(hour(success + 1));
    }),
  );
});
