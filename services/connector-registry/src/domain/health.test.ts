import { expect, test } from '@jest/globals';
import { type Connector, NO_STATISTICS } from './connector.ts';
import { healthOf } from './health.ts';

const now = new Date('2026-03-14T10:00:00Z');
const later = new Date('2026-06-20T08:00:00Z');

const connector = (changes: Partial<Connector>): Connector => ({
  id: 'c',
  tenant: 't',
  name: 'n',
  platform: 'tmall',
  shopId: '1',
  shopName: '',
  status: 'running',
  statusReason: null,
  config: {},
  configVersion: 1,
  syncIntervalMinutes: 15,
  slot: 1,
  version: 1,
  revision: 1,
  credential: { accessToken: '', refreshToken: '', issuedAt: now, expiresAt: later },
  credentialVersion: 1,
  authorization: null,
  exchangeFence: 0,
  statistics: NO_STATISTICS,
  calls: [],
  createdAt: now,
  updatedAt: now,
  deletedAt: null,
  ...changes,
});

const after = (outcome: string) =>
  healthOf(connector({ calls: [{ at: now, outcome, message: '', durationMs: 1 }] }), now);

test.each([
  ['ok', 'healthy', true, true, true],
  ['PERMANENT', 'healthy', true, true, true],
  ['RATE_LIMITED', 'degraded', true, true, false],
  ['SHOP_CLOSED', 'degraded', true, true, true],
  ['RETRYABLE', 'unhealthy', true, false, true],
  ['AUTH_REVOKED', 'unhealthy', false, true, true],
  ['CONFIG', 'unhealthy', false, true, true],
])('after the outcome %s it is %s', (outcome, status, authValid, apiReachable, rateLimitOk) => {
  expect(after(outcome)).toEqual({
    status,
    authValid,
    apiReachable,
    rateLimitOk,
    lastError: outcome === 'ok' ? null : outcome,
    authExpiresAt: later,
    checkedAt: now,
  });
});

test('it is unknown while pending or never checked', () => {
  expect(healthOf(connector({ status: 'pending', credential: null }), now)).toMatchObject({
    status: 'unknown',
    authValid: false,
  });
  expect(healthOf(connector({}), now)).toMatchObject({ status: 'unknown', checkedAt: null });
});

test('it is unhealthy in error, whatever was seen before, and with a token of fixed life that ended', () => {
  const calls = [{ at: now, outcome: 'ok', message: '', durationMs: 1 }];
  const error = healthOf(connector({ status: 'error', statusReason: 'auth_revoked', credential: null, calls }), now);
  expect(error).toMatchObject({ status: 'unhealthy', authValid: false, lastError: expect.stringContaining('授权') });
  const ended = { accessToken: '', refreshToken: null, issuedAt: now, expiresAt: now };
  expect(healthOf(connector({ credential: ended, calls }), now)).toMatchObject({
    status: 'unhealthy',
    authValid: false,
  });
});
