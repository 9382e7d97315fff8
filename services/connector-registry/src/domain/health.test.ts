import { expect, test } from '@jest/globals';
import { reasonToTell } from './advice.ts';
import { type Connector, NO_STATISTICS } from './connector.ts';
import { healthOf } from './health.ts';
import { standingAfter } from './standing.ts';

const now = new Date('2026-03-14T10:00:00Z');
const later = new Date('2026-06-20T08:00:00Z');
const credential = {
  accessToken: '',
  refreshToken: '',
  issuedAt: new Date('2026-03-13T10:00:00Z'),
  expiresAt: later,
  refreshExpiresAt: null,
};

const connector = (changes: Partial<Connector> = {}): Connector => ({
  id: 'c',
  tenant: 't',
  name: 'n',
  platform: 'tmall',
  shopId: '1',
  shopName: '',
  status: 'running',
  statusReason: null,
  heldPause: null,
  config: {},
  configVersion: 1,
  syncIntervalMinutes: 15,
  slot: 1,
  version: 1,
  revision: 1,
  credential,
  credentialVersion: 1,
  authorization: null,
  exchangeFence: 0,
  statistics: NO_STATISTICS,
  lastSync: null,
  streak: { failures: 0, since: now },
  calls: [],
  standing: null,
  nextProbeAt: null,
  createdAt: now,
  updatedAt: now,
  deletedAt: null,
  ...changes,
});

const call = (outcome: string, message = '') => ({ at: now, outcome, code: '', message, durationMs: 1 });

/** With one call behind it. */
const after = (outcome: string, changes: Partial<Connector> = {}) => {
  const calls = [call(outcome)];
  return connector({ calls, standing: standingAfter(null, 'tmall', calls), ...changes });
};

test.each([
  ['ok', 'healthy', true, true, true],
  ['PERMANENT', 'healthy', true, true, true],
  ['RATE_LIMITED', 'degraded', true, true, false],
  ['SHOP_CLOSED', 'degraded', true, true, true],
  ['FORBIDDEN', 'degraded', true, true, true],
  ['RETRYABLE', 'unhealthy', true, false, true],
  ['AUTH_REVOKED', 'unhealthy', false, true, true],
  ['CONFIG', 'unhealthy', false, true, true],
])('after the outcome %s it is %s', (outcome, status, authValid, apiReachable, rateLimitOk) => {
  expect(healthOf(after(outcome), 1, now)).toEqual({
    status,
    authValid,
    apiReachable,
    rateLimitOk,
    lastError: status === 'healthy' ? null : expect.stringMatching(/[\u4e00-\u9fff]/),
    authExpiresAt: later,
    checkedAt: now,
  });
});

test("the platform's own words come first, ours where it said nothing, and one failure among many does not count", () => {
  const failed = (code: string, message: string, outcome = 'RETRYABLE') => {
    const calls = [{ ...call(outcome, message), code }];
    return healthOf(connector({ calls, standing: standingAfter(null, 'tmall', calls) }), 1, now).lastError;
  };
  expect(failed('15/isv.shop-closed', '店铺已关闭', 'SHOP_CLOSED')).toBe('店铺已关闭');
  expect(failed('HTTP_502', 'answered with HTTP 502')).toMatch(/^平台.*（HTTP_502）$/);
  const well = after('ok');
  const blip = [...well.calls, call('RETRYABLE')];
  const standing = standingAfter(well.standing, 'tmall', blip);
  expect(healthOf({ ...well, calls: blip, standing }, 1, now)).toMatchObject({ status: 'healthy', lastError: null });
});

test('a call that somebody asked for decides while it is the newest, and a good one ends what was before', () => {
  const asked = (outcome: string, before: Connector, durationMs = 1): Connector => {
    const calls = [...before.calls, { ...call(outcome), durationMs, asked: true as const }];
    return { ...before, calls, standing: standingAfter(before.standing, 'tmall', calls) };
  };
  const then = (outcome: string, before: Connector): Connector => {
    const calls = [...before.calls, call(outcome)];
    return { ...before, calls, standing: standingAfter(before.standing, 'tmall', calls) };
  };
  const status = (each: Connector) => healthOf(each, 1, now).status;
  const failed = asked('RETRYABLE', after('ok'));
  expect([failed, then('ok', failed)].map(status)).toEqual(['unhealthy', 'healthy']);
  const well = asked('ok', after('RATE_LIMITED'));
  expect([well, then('ok', well)].map(status)).toEqual(['healthy', 'healthy']);
  expect(healthOf(asked('ok', after('ok'), 5_000), 1, now)).toMatchObject({
    status: 'degraded',
    lastError: expect.stringContaining('平台'),
  });
});

test('a refusal for frequency is over a minute later once three calls worked, without another one', () => {
  const calls = ['RATE_LIMITED', 'ok', 'ok', 'ok'].map((outcome) => call(outcome));
  const standing = standingAfter(standingAfter(null, 'tmall', calls.slice(0, 1)), 'tmall', calls);
  const after = (seconds: number) =>
    healthOf(connector({ calls, standing }), 1, new Date(now.getTime() + seconds * 1_000)).status;
  expect([after(59), after(60)]).toEqual(['degraded', 'healthy']);
});

test('it is degraded with less than a fifth of the call budget left, and in the last day of its authorisation', () => {
  const health = (left: number, changes = {}) => healthOf(after('ok', changes), left, now);
  expect([health(0.19), health(0.2), health(1)].map(({ status, rateLimitOk }) => [status, rateLimitOk])).toEqual([
    ['degraded', false],
    ['healthy', true],
    ['healthy', true],
  ]);
  const ending = { credential: { ...credential, refreshToken: null, expiresAt: new Date('2026-03-15T09:00:00Z') } };
  expect(health(1, ending)).toMatchObject({ status: 'degraded', authValid: true, lastError: expect.any(String) });
});

test('it is unknown while pending or never checked', () => {
  expect(healthOf(connector({ status: 'pending', credential: null }), 1, now)).toMatchObject({
    status: 'unknown',
    authValid: false,
  });
  expect(healthOf(connector(), 1, now)).toMatchObject({ status: 'unknown', checkedAt: null });
});

test('it is unhealthy in error, whatever was seen before, and with a token of fixed life that ended', () => {
  const error = healthOf(after('ok', { status: 'error', statusReason: 'auth_revoked', credential: null }), 1, now);
  expect(error).toMatchObject({ status: 'unhealthy', authValid: false, lastError: expect.stringContaining('授权') });
  const ended = { ...credential, refreshToken: null, expiresAt: now };
  expect(healthOf(after('ok', { credential: ended }), 1, now)).toMatchObject({
    status: 'unhealthy',
    authValid: false,
  });
});

test('the gravest of what should be told is told', () => {
  const failing = { streak: { failures: 5, since: new Date('2026-03-13T10:00:00Z') } };
  const overdue = { credential: { ...credential, expiresAt: new Date('2026-03-14T10:05:00Z') } };
  const ending = { credential: { ...credential, refreshToken: null, expiresAt: new Date('2026-03-15T09:00:00Z') } };
  const told = [
    after('SHOP_CLOSED', failing),
    after('SHOP_CLOSED', overdue),
    after('ok', overdue),
    after('ok', ending),
    after('ok'),
    connector({ credential: null }),
  ].map((each) => reasonToTell(each, now));
  expect(told).toEqual(['failing', 'shop_closed', 'auth_refresh_failing', 'auth_expiring', null, null]);
});
