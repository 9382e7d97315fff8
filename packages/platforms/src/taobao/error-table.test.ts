import { describe, expect, test } from '@jest/globals';
import { failureOf, pauseMs } from './error-table.ts';

describe('the error table of the Taobao gateway', () => {
  test.each([
    [27, 'invalid-sessionkey', 'AUTH_EXPIRED'],
    [26, '', 'AUTH_EXPIRED'],
    [25, '', 'CONFIG'],
    [29, 'isv.appkey-not-exists', 'CONFIG'],
    [31, '', 'CONFIG'],
    [7, 'accesscontrol.limited-by-app-access-count', 'RATE_LIMITED'],
    [11, 'isv.permission-api-package-limit', 'FORBIDDEN'],
    [10, '', 'RETRYABLE'],
    [41, 'isv.invalid-parameter', 'PERMANENT'],
    [15, '', 'PERMANENT'],
    [15, 'isv.item-get-service-error:ITEM_NOT_FOUND', 'PERMANENT'],
    [15, 'isp.top-remote-connection-timeout-tmall', 'RETRYABLE'],
    [15, 'ism.json-decode-error', 'RETRYABLE'],
    [15, 'isv.trade-service-rejection', 'SHRINK_WINDOW'],
    [15, 'isv.shop-closed', 'SHOP_CLOSED'],
    [530, 'isp.item-update-service-error:GENERIC_FAILURE', 'RETRYABLE'],
    [530, 'isv.something-new', 'PERMANENT'],
    [Number.NaN, '', 'PERMANENT'],
  ])('classes %p %p as %s', (code, sub, failure) => {
    expect(failureOf(code, sub)).toBe(failure);
  });

  test('reads how long a ban lasts, and knows how long busy trades need', () => {
    expect(pauseMs('RATE_LIMITED', 'This ban will last for 1 more seconds')).toBe(1_000);
    expect(pauseMs('RATE_LIMITED', 'App Call Limited This ban will last for 31062 more seconds')).toBe(31_062_000);
    expect(pauseMs('RATE_LIMITED', 'App Call Limited')).toBeUndefined();
    expect(pauseMs('SHRINK_WINDOW', '')).toBe(180_000);
    expect(pauseMs('PERMANENT', 'This ban will last for 1 more seconds')).toBeUndefined();
  });
});
