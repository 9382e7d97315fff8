import { expect, test } from '@jest/globals';
import { bucket } from './bucket.ts';

const taken = (limit: ReturnType<typeof bucket>, at: number, calls: number) =>
  Array.from({ length: calls }, () => limit.take(at)).filter((wait) => wait === 0).length;

test('a burst of one second passes, then as many as time brings back', () => {
  const limit = bucket(10);
  expect(taken(limit, 0, 15)).toBe(10);
  expect(taken(limit, 500, 15)).toBe(5);
  expect(taken(limit, 60_000, 15)).toBe(10);
});

test('a refused call is told how long until one may pass', () => {
  const limit = bucket(0.5);
  expect(limit.take(0)).toBe(0);
  expect(limit.take(0)).toBe(2_000);
  expect(limit.take(2_000)).toBe(0);
});

test('a clock that goes back brings nothing', () => {
  const limit = bucket(1);
  expect(limit.take(10_000)).toBe(0);
  expect(limit.take(0)).toBeGreaterThan(0);
  expect(limit.take(1_000)).toBe(0);
});
