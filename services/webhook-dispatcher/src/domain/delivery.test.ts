import { expect, test } from '@jest/globals';
import { isUuid, newId } from '@crossdock/kernel';
import {
  deliveryId,
  type DeliveryStatus,
  farewellOf,
  isTooLarge,
  type Outcome,
  verdictOf,
  wishOf,
} from './delivery.ts';
import { USUAL_SCHEDULE } from './retry-schedule.ts';

const now = new Date('2026-03-14T10:00:00Z');
const LAST = 10;

const after = (number: number, statusCode: number | null, more: Partial<Outcome> = {}) => {
  const outcome = { statusCode, timedOut: false, retryAfterMs: null, wish: null, ...more };
  const verdict = verdictOf({ number, schedule: USUAL_SCHEDULE, outcome, now, random: 0.5 });
  const { status, nextAttemptAt, reason } = verdict;
  const seconds = nextAttemptAt === null ? null : (nextAttemptAt.getTime() - now.getTime()) / 1_000;
  return { status, seconds, reason };
};

const TABLE: [
  what: string,
  number: number,
  statusCode: number | null,
  status: DeliveryStatus,
  seconds: number | null,
][] = [
  ['a 200 delivers', 1, 200, 'delivered', null],
  ['a 204 at the last attempt delivers', LAST, 204, 'delivered', null],
  ['a 299 delivers', 1, 299, 'delivered', null],
  ['a redirect is a failure', 1, 302, 'pending', 5],
  ['a 400 is tried again', 1, 400, 'pending', 5],
  ['a 500 is tried again', 2, 500, 'pending', 300],
  ['a 429 waits a minute at least', 1, 429, 'pending', 66],
  ['a 410 waits until the endpoint is enabled again', 1, 410, 'pending', null],
  ['no answer is tried again', 3, null, 'pending', 1_800],
  ['a 500 at the last attempt fails', LAST, 500, 'failed', null],
  ['a 410 at the last attempt fails', LAST, 410, 'failed', null],
  ['no answer at the last attempt fails', LAST, null, 'failed', null],
];

test.each(TABLE)('%s', (_what, number, statusCode, status, seconds) => {
  const reason = status === 'failed' ? 'exhausted' : undefined;
  expect(after(number, statusCode)).toEqual({ status, seconds, reason });
});

test('a timeout waits a minute at least', () => {
  expect(after(1, null, { timedOut: true })).toEqual({ status: 'pending', seconds: 66, reason: undefined });
});

test('the same endpoint and event always have the same delivery, other pairs another, in order of the events’ time', () => {
  const [endpoint, other, event] = [newId(), newId(), newId()];
  expect(deliveryId(endpoint, event)).toBe(deliveryId(endpoint, event));
  expect(isUuid(deliveryId(endpoint, event))).toBe(true);
  expect(deliveryId(other, event)).not.toBe(deliveryId(endpoint, event));
  expect(deliveryId(endpoint, newId())).not.toBe(deliveryId(endpoint, event));
  expect(deliveryId(endpoint, event).slice(0, 13)).toBe(event.slice(0, 13));
});

test('a receiver can end a delivery, or all of them, by a header of its answer', () => {
  expect(after(1, 400, { wish: 'abort-message' })).toEqual({ status: 'failed', seconds: null, reason: 'aborted' });
  expect(after(1, 200, { wish: 'abort-message' }).status).toBe('delivered');
  expect(after(1, 500, { wish: 'disable' })).toEqual({ status: 'pending', seconds: null, reason: undefined });
  expect(after(1, 200, { wish: 'disable' }).status).toBe('delivered');
  const outcome = { timedOut: false, retryAfterMs: null };
  expect(farewellOf({ ...outcome, statusCode: 200, wish: 'disable' })).toBe('receiver_asked');
  expect(farewellOf({ ...outcome, statusCode: 410, wish: null })).toBe('gone');
  expect(farewellOf({ ...outcome, statusCode: 500, wish: 'abort-message' })).toBeNull();
  expect([wishOf('disable'), wishOf('something'), wishOf(undefined)]).toEqual(['disable', null, null]);
});

test('256 KiB are sent, one byte more is too large, counted as UTF-8', () => {
  expect(isTooLarge('x'.repeat(262_144))).toBe(false);
  expect(isTooLarge('x'.repeat(262_145))).toBe(true);
  expect(isTooLarge('店'.repeat(87_382))).toBe(true);
  expect(isTooLarge('店'.repeat(87_381))).toBe(false);
});
