import { expect, test } from '@jest/globals';
import { syncsByItself } from './schedule.ts';

test.each([
  ['pending', null, false, false],
  ['connected', null, false, true],
  ['running', null, false, true],
  ['running', 'rate_limited', false, true],
  ['connected', 'paused', false, false],
  ['connected', 'auto_paused', false, false],
  ['error', 'auth_revoked', false, false],
  ['running', null, true, false],
])('%s, reason %s, deleted %s: syncs by itself %s', (status, statusReason, deleted, expected) => {
  expect(syncsByItself({ status, statusReason, deleted })).toBe(expected);
});
