import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import type { CallOutcome } from '@crossdock/platforms';
import type { FailureClass } from '@crossdock/kernel';
import { callBreaker, type CallBreaker } from './breaker.ts';

beforeEach(() => void jest.useFakeTimers({ now: 1_000_000 }));
afterEach(() => void jest.useRealTimers());

const OK: CallOutcome = { ok: true, durationMs: 1, bytes: 100 };
const failed = (failure: FailureClass, code = 'HTTP_502'): CallOutcome => ({
  ok: false,
  failure,
  code,
  message: '',
  durationMs: 1,
});

async function calls(breaker: CallBreaker, outcomes: CallOutcome[]): Promise<void> {
  for (const outcome of outcomes) {
    breaker.begin();
    breaker.end(outcome);
    await jest.advanceTimersByTimeAsync(1);
  }
}

const many = (count: number, outcome: CallOutcome) => Array.from({ length: count }, () => outcome);

test('half of ten calls failing opens it; what it keeps back waits for the next try', async () => {
  const breaker = callBreaker(() => Date.now());
  await calls(breaker, [...many(5, OK), ...many(4, failed('RETRYABLE'))]);
  expect(breaker.state()).toBe('closed');
  await calls(breaker, [failed('RETRYABLE', 'TIMEOUT')]);
  expect(breaker.state()).toBe('open');
  expect(() => breaker.check()).toThrow(
    expect.objectContaining({ failure: 'RETRYABLE', code: 'BREAKER_OPEN', retryAfterMs: 14_999 }),
  );
  breaker.stop();
});

test.each(['RATE_LIMITED', 'SHOP_CLOSED', 'PERMANENT', 'AUTH_REVOKED', 'CONFIG', 'SHRINK_WINDOW'] as const)(
  'answers of a platform that is there do not open it: %s',
  async (failure) => {
    const breaker = callBreaker(() => Date.now());
    await calls(breaker, many(30, failed(failure)));
    expect(breaker.state()).toBe('closed');
    breaker.stop();
  },
);

test('one call tries while all others wait; each failed try doubles the time to the next, up to two minutes', async () => {
  const breaker = callBreaker(() => Date.now());
  await calls(breaker, many(10, failed('RETRYABLE')));
  for (const openMs of [15_000, 30_000, 60_000, 120_000, 120_000]) {
    await jest.advanceTimersByTimeAsync(openMs - 10);
    expect(breaker.state()).toBe('open');
    await jest.advanceTimersByTimeAsync(20);
    expect(breaker.state()).toBe('half-open');
    breaker.begin();
    expect(() => breaker.check()).toThrow(expect.objectContaining({ code: 'BREAKER_OPEN' }));
    breaker.end(failed('RETRYABLE'));
    await jest.advanceTimersByTimeAsync(0);
  }
  breaker.stop();
});

test('a try that is answered closes it, and the next outage begins with the short time again', async () => {
  const breaker = callBreaker(() => Date.now());
  await calls(breaker, many(10, failed('RETRYABLE')));
  await jest.advanceTimersByTimeAsync(15_000);
  await calls(breaker, [failed('RATE_LIMITED')]);
  expect(breaker.state()).toBe('closed');
  await jest.advanceTimersByTimeAsync(60_000);
  await calls(breaker, many(10, failed('RETRYABLE')));
  await jest.advanceTimersByTimeAsync(15_000);
  expect(breaker.state()).toBe('half-open');
  breaker.stop();
});

test('a try that its task gave up is made again later by another', async () => {
  const breaker = callBreaker(() => Date.now());
  await calls(breaker, many(10, failed('RETRYABLE')));
  await jest.advanceTimersByTimeAsync(15_000);
  await calls(breaker, [failed('RETRYABLE', 'ABORTED')]);
  expect(breaker.state()).toBe('open');
  await jest.advanceTimersByTimeAsync(30_000);
  await calls(breaker, [OK]);
  expect(breaker.state()).toBe('closed');
  breaker.stop();
});
