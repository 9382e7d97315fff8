import { expect, test } from '@jest/globals';
import { isExpired, refreshDue } from './credential.ts';

const MINUTE_MS = 60_000;
const at = (minutes: number) => new Date(minutes * MINUTE_MS);
const lasting = (minutes: number) => ({ accessToken: '', refreshToken: null, issuedAt: at(0), expiresAt: at(minutes) });

test('a refresh is due fifteen minutes before the end, or at half a short life', () => {
  expect([44, 45, 46].map((now) => refreshDue(lasting(60), at(now)))).toEqual([false, true, true]);
  expect([4, 5, 6].map((now) => refreshDue(lasting(10), at(now)))).toEqual([false, true, true]);
});

test('a token is expired from its end on', () => {
  expect([59, 60].map((now) => isExpired(lasting(60), at(now)))).toEqual([false, true]);
});
