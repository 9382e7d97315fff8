import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Credential } from './connector.ts';
import {
  expiresSoon,
  isExpired,
  MAX_AHEAD_MS,
  refreshAt,
  refreshDue,
  refreshOverdue,
  renewalPauseMs,
} from './credential.ts';

const MINUTE_MS = 60_000;
const HOUR = 60;
const at = (minutes: number) => new Date(minutes * MINUTE_MS);
const lasting = (minutes: number, changes: Partial<Credential> = {}): Credential => ({
  accessToken: '',
  refreshToken: null,
  issuedAt: at(0),
  expiresAt: at(minutes),
  refreshExpiresAt: null,
  ...changes,
});

test('a renewal is due fifteen minutes before the end, or at half a short life, and at most a fifth of that earlier', () => {
  const minutes = fc.integer({ min: 2, max: 200 * 24 * HOUR });
  fc.assert(
    fc.property(fc.uuid(), minutes, (id, life) => {
      const aheadMs = at(life).getTime() - refreshAt(id, lasting(life)).getTime();
      const least = Math.min(15, life / 2) * MINUTE_MS;
      expect(aheadMs).toBeGreaterThanOrEqual(least);
      expect(aheadMs).toBeLessThanOrEqual(least * 1.2);
      expect(aheadMs).toBeLessThanOrEqual(MAX_AHEAD_MS);
    }),
  );
});

test('the connector decides how much earlier, so that those authorised together spread', () => {
  const due = Array.from({ length: 100 }, (_, n) => refreshAt(`connector ${n}`, lasting(HOUR)).getTime());
  expect(new Set(due).size).toBeGreaterThan(90);
  expect(refreshAt('a', lasting(HOUR))).toEqual(refreshAt('a', lasting(HOUR)));
});

test('a renewal is due from its time on, and overdue when it was not made long after', () => {
  const life = lasting(HOUR);
  const due = refreshAt('a', life).getTime();
  expect([due - 1, due].map((ms) => refreshDue('a', life, new Date(ms)))).toEqual([false, true]);
  const overdue = [due + 4 * MINUTE_MS, due + 5 * MINUTE_MS].map((ms) => refreshOverdue('a', life, new Date(ms)));
  expect(overdue).toEqual([false, true]);
});

test('a token is expired from its end on', () => {
  expect([59, 60].map((now) => isExpired(lasting(60), at(now)))).toEqual([false, true]);
});

test('an authorisation ends soon within a day of the last moment that something renews it', () => {
  const [day, soon] = [24 * HOUR, at(1)];
  expect([day, day + 2].map((life) => expiresSoon(lasting(life), soon))).toEqual([true, false]);
  const renewable = (refreshExpiresAt: Date | null) => lasting(HOUR, { refreshToken: 'r', refreshExpiresAt });
  const ends = [null, at(day), at(day + 2)].map((end) => expiresSoon(renewable(end), soon));
  expect(ends).toEqual([false, true, false]);
  const laterThanRefresh = lasting(3 * day, { refreshToken: 'r', refreshExpiresAt: at(HOUR) });
  expect(expiresSoon(laterThanRefresh, soon)).toBe(false);
});

test('a renewal that fails waits a second, doubled up to a minute, half of it left to chance', () => {
  const longest = Array.from({ length: 9 }, (_, failures) => renewalPauseMs(failures, -1, 1) / 1_000);
  expect(longest).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 60]);
  const shortest = Array.from({ length: 9 }, (_, failures) => renewalPauseMs(failures, -1, 0) / 1_000);
  expect(shortest).toEqual([0.5, 1, 2, 4, 8, 16, 30, 30, 30]);
  expect(renewalPauseMs(5_000, 60 * MINUTE_MS, 1)).toBe(MINUTE_MS);
});

test('however often it failed, a renewal is tried again within the last two seconds of a token that lives', () => {
  const life = fc.integer({ min: 2_000, max: 20 * MINUTE_MS });
  fc.assert(
    fc.property(life, fc.nat(50), fc.double({ min: 0, max: 1, noNaN: true }), (life, failed, pick) => {
      let leftMs = life;
      for (let failures = failed; leftMs > 2_000; failures += 1) leftMs -= renewalPauseMs(failures, leftMs, pick);
      expect(leftMs).toBeGreaterThan(0);
    }),
  );
});
