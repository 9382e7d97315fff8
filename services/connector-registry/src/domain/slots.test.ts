import { expect, test } from '@jest/globals';
import { freeSlot, QUOTAS_PATTERN, quotasOf } from './slots.ts';

test('a quota is the one named for the tenant, else the default', () => {
  const quotas = quotasOf('demo:1000,small:2', 10);
  expect(['demo', 'small', 'other'].map(quotas.limitOf)).toEqual([1000, 2, 10]);
  expect(quotasOf('', 3).limitOf('demo')).toBe(3);
  const good = new RegExp(QUOTAS_PATTERN);
  expect(['', 'a:1', 'a:1,b-2:0'].every((text) => good.test(text))).toBe(true);
  expect(['a', 'a:', 'a:1,', 'A:1', 'a:-1'].some((text) => good.test(text))).toBe(false);
});

test('a free slot is one of those that nobody has', () => {
  expect([0, 0.5, 0.999].map((pick) => freeSlot([2], 3, pick))).toEqual([1, 3, 3]);
  expect(freeSlot([1, 2, 3], 3, 0)).toBeNull();
  expect(freeSlot([], 0, 0)).toBeNull();
});

test('connectors above a lowered limit count too', () => {
  expect(freeSlot([7, 8, 9], 3, 0)).toBeNull();
  expect(freeSlot([8, 9], 3, 0)).toBe(1);
});
