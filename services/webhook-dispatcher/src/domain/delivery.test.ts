import { expect, test } from '@jest/globals';
import { isUuid, newId } from '@crossdock/kernel';
import { deliveryId, type DeliveryStatus, verdictOf } from './delivery.ts';

const now = new Date('2026-03-14T10:00:00Z');
const LAST = 10;

const after = (number: number, statusCode: number | null, timedOut = false) => {
  const { status, nextAttemptAt } = verdictOf(number, { statusCode, timedOut, retryAfterMs: null }, now, 0.5);
  return { status, seconds: nextAttemptAt === null ? null : (nextAttemptAt.getTime() - now.getTime()) / 1_000 };
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
  expect(after(number, statusCode)).toEqual({ status, seconds });
});

test('a timeout waits a minute at least', () => {
  expect(after(1, null, true)).toEqual({ status: 'pending', seconds: 66 });
});

test('the same endpoint and event always have the same delivery, other pairs another, in order of the events’ time', () => {
  const [endpoint, other, event] = [newId(), newId(), newId()];
  expect(deliveryId(endpoint, event)).toBe(deliveryId(endpoint, event));
  expect(isUuid(deliveryId(endpoint, event))).toBe(true);
  expect(deliveryId(other, event)).not.toBe(deliveryId(endpoint, event));
  expect(deliveryId(endpoint, newId())).not.toBe(deliveryId(endpoint, event));
  expect(deliveryId(endpoint, event).slice(0, 13)).toBe(event.slice(0, 13));
});
