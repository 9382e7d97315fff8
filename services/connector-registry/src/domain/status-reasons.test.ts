import { expect, test } from '@jest/globals';
import { endOf, reasonOf } from './failure-reasons.ts';
import { disconnects, STATUS_REASONS } from './status-reasons.ts';

test('there are many reasons, each with a text in both languages, who must act and what fixes it', () => {
  const reasons = Object.entries(STATUS_REASONS);
  expect(reasons.length).toBeGreaterThanOrEqual(25);
  for (const [code, { zh, en, who, action }] of reasons) {
    expect(code).toMatch(/^[a-z][a-z_]{2,40}$/);
    expect(zh).toMatch(/[\u4e00-\u9fff]/);
    expect(en).toMatch(/^[\x20-\x7e]+$/);
    expect(['merchant', 'developer', 'platform', 'nobody']).toContain(who);
    expect([null, 'authorize', 'update_config', 'resume']).toContain(action);
    if (who === 'nobody') expect(action).toBeNull();
  }
  expect(new Set(reasons.map(([, { zh }]) => zh)).size).toBe(reasons.length);
  expect(Object.keys(STATUS_REASONS).filter((code) => disconnects(code as keyof typeof STATUS_REASONS))).toEqual([
    'auth_revoked',
    'auth_expired',
  ]);
});

test.each([
  ['tmall', 'AUTH_REVOKED', 'invalid_grant', 'auth_revoked'],
  ['tmall', 'AUTH_EXPIRED', '27/invalid-sessionkey', 'token_refused'],
  ['tmall', 'CONFIG', 'invalid_client', 'app_credentials_refused'],
  ['tmall', 'CONFIG', 'unauthorized_client', 'app_suspended'],
  ['tmall', 'CONFIG', '25', 'signature_refused'],
  ['taobao', 'CONFIG', '29/isv.appkey-not-exists', 'app_unknown'],
  ['tmall', 'CONFIG', '31', 'clock_skew'],
  ['tmall', 'FORBIDDEN', '11', 'permission_missing'],
  ['tmall', 'FORBIDDEN', '11/isv.permission-api-package-limit', 'api_package_spent'],
  ['tmall', 'FORBIDDEN', '12', 'account_permission_missing'],
  ['tmall', 'FORBIDDEN', '42', 'app_forbidden'],
  ['tmall', 'RATE_LIMITED', '7/accesscontrol.limited-by-app-access-count', 'rate_limited'],
  ['tmall', 'RETRYABLE', '10', 'platform_unavailable'],
  ['tmall', 'RETRYABLE', 'MALFORMED', 'platform_unreadable'],
  ['tmall', 'SHOP_CLOSED', '15/isv.shop-closed', 'shop_closed'],
  ['tmall', 'PERMANENT', '41', null],
  ['tmall', 'SHRINK_WINDOW', '15/isv.trade-service-rejection', null],
  ['tmall', 'ok', '', null],
  ['jd', 'CONFIG', '12', 'signature_refused'],
  ['jd', 'CONFIG', '120', 'app_credentials_refused'],
  ['douyin', 'CONFIG', '30002', 'ip_not_allowed'],
  ['douyin', 'FORBIDDEN', '80000/isv.security', 'security_blocked'],
  ['pdd', 'RATE_LIMITED', '70036', 'daily_quota_spent'],
  ['pdd', 'RETRYABLE', '70033', 'platform_maintenance'],
  ['shopify', 'SHOP_CLOSED', 'HTTP_402', 'shop_expired'],
  ['shopline', 'SHOP_CLOSED', 'HTTP_423', 'shop_locked'],
  ['amazon', 'CONFIG', '25', 'app_credentials_refused'],
])('on %s a %s with the code %p comes down to %p', (platform, failure, code, reason) => {
  expect(reasonOf(platform, failure, code)).toBe(reason);
});

test('a refused renewal ends a credential when it is about the grant or the app, not when it passes or is about the way', () => {
  const ends = [
    ['AUTH_REVOKED', ''],
    ['AUTH_EXPIRED', '27'],
    ['CONFIG', 'invalid_client'],
    ['CONFIG', '31'],
    ['RETRYABLE', ''],
    ['RATE_LIMITED', ''],
    ['FORBIDDEN', '11'],
  ].map(([failure = '', code = '']) => endOf('tmall', failure, code));
  expect(ends).toEqual(['auth_revoked', 'auth_expired', 'app_credentials_refused', null, null, null, null]);
});
