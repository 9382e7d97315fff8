import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { dueAt } from './due-at.ts';

const MINUTE_MS = 60_000;
const AT = new Date('2026-03-14T08:00:00Z');
const times = fc.date({ min: new Date('2026-01-01'), max: new Date('2027-01-01'), noInvalidDate: true });
const perhaps = fc.option(times);
const intervals = fc.integer({ min: 1, max: 43_200 });

const schedule = { connectorId: 'c1', runs: true, intervalMinutes: 15, authorizedAt: AT, ranAt: null };

test('is never early, and late by at most a tenth of the interval or a minute', () => {
  const cases = fc.record({ connectorId: fc.uuid(), intervalMinutes: intervals, authorizedAt: times, ranAt: perhaps });
  fc.assert(
    fc.property(cases, perhaps, (given, lastStart) => {
      const since = Math.max((lastStart ?? given.authorizedAt).getTime(), given.ranAt?.getTime() ?? 0);
      const late = dueAt({ ...given, runs: true }, lastStart)!.getTime() - since - given.intervalMinutes * MINUTE_MS;
      expect(late).toBeGreaterThanOrEqual(0);
      expect(late).toBeLessThanOrEqual(Math.min((given.intervalMinutes * MINUTE_MS) / 10, MINUTE_MS));
    }),
  );
});

test('the first is one interval after the authorisation, and none without one', () => {
  expect(dueAt(schedule, null)!.getTime()).toBeGreaterThanOrEqual(AT.getTime() + 15 * MINUTE_MS);
  expect(dueAt({ ...schedule, authorizedAt: null }, null)).toBeNull();
});

test('a sync that began since, whoever asked for it, moves it; what does not run is never due', () => {
  const later = new Date(AT.getTime() + 7 * MINUTE_MS);
  expect(dueAt(schedule, later)!.getTime() - dueAt(schedule, AT)!.getTime()).toBe(7 * MINUTE_MS);
  expect(dueAt({ ...schedule, runs: false }, later)).toBeNull();
});

test('a run whose tasks were cancelled before they began is not repeated before the next interval', () => {
  const ranAt = new Date(AT.getTime() + 16 * MINUTE_MS);
  expect(dueAt({ ...schedule, ranAt }, AT)!.getTime()).toBeGreaterThanOrEqual(ranAt.getTime() + 15 * MINUTE_MS);
});
