import { expect, test } from '@jest/globals';
import { HOLD_PAUSE_MS, PAGE_TRIES, reactTo } from './failure.ts';

const failed = { code: '', retryAfterMs: undefined, tries: 1, refreshed: false };

test('a short rate limit is paced in place, a long one frees the slot until it is over', () => {
  expect(reactTo({ ...failed, failure: 'RATE_LIMITED', retryAfterMs: 1_000 }, 0)).toEqual({ kind: 'pace' });
  expect(reactTo({ ...failed, failure: 'RATE_LIMITED', retryAfterMs: HOLD_PAUSE_MS + 1 }, 0)).toMatchObject({
    kind: 'wait',
    reason: 'rate_limited',
    afterMs: HOLD_PAUSE_MS + 1,
  });
});

test('so does any other pause that the platform asks for', () => {
  for (const failure of ['RETRYABLE', 'SHRINK_WINDOW'] as const) {
    const reaction = reactTo({ ...failed, failure, retryAfterMs: 180_000, tries: PAGE_TRIES }, 0);
    expect(reaction).toEqual({ kind: 'wait', reason: 'platform_away', afterMs: 180_000 });
  }
});

test('a call that the budget or the breaker kept back waits until it may be made, whatever was tried before', () => {
  const kept = { ...failed, retryAfterMs: 30_000, tries: PAGE_TRIES };
  expect(reactTo({ ...kept, failure: 'RATE_LIMITED', code: 'CALL_BUDGET' }, 0)).toEqual({
    kind: 'wait',
    reason: 'call_budget',
    afterMs: 30_000,
  });
  expect(reactTo({ ...kept, failure: 'RETRYABLE', code: 'BREAKER_OPEN' }, 0)).toEqual({
    kind: 'wait',
    reason: 'platform_away',
    afterMs: 30_000,
  });
});

test('a closed shop waits, however often it was asked', () => {
  expect(reactTo({ ...failed, failure: 'SHOP_CLOSED', tries: 99 }, 0)).toMatchObject({
    kind: 'wait',
    reason: 'shop_closed',
  });
});

test('a platform that is away is tried again with growing pauses, then given up', () => {
  const pauses = Array.from({ length: PAGE_TRIES - 1 }, (_, index) =>
    reactTo({ ...failed, failure: 'RETRYABLE', tries: index + 1 }, 0.5),
  );
  for (const pause of pauses) expect(pause.kind).toBe('retry');
  const times = pauses.map((pause) => (pause.kind === 'retry' ? pause.afterMs : 0));
  expect(times).toEqual(times.toSorted((a, b) => a - b));
  expect(reactTo({ ...failed, failure: 'RETRYABLE', tries: PAGE_TRIES }, 0)).toEqual({
    kind: 'fail',
    reason: 'platform_unavailable',
  });
});

test('an expired token is renewed once, then it is a failure', () => {
  expect(reactTo({ ...failed, failure: 'AUTH_EXPIRED' }, 0)).toEqual({ kind: 'refresh' });
  expect(reactTo({ ...failed, failure: 'AUTH_EXPIRED', refreshed: true }, 0)).toEqual({
    kind: 'fail',
    reason: 'auth_expired',
  });
});
