import { expect, test } from '@jest/globals';
import { figure, isMet, percentile, pooled } from './figure.ts';

test('a percentile is a sample that stands at its rank, the median of an even number the mean of two', () => {
  const samples = Array.from({ length: 100 }, (_, n) => 100 - n);
  expect([percentile(samples, 50), percentile(samples, 99), percentile(samples, 100)]).toEqual([50.5, 99, 100]);
  expect(percentile([7], 99)).toBe(7);
});

test('a figure is the median of its rounds, and none where a round could not be measured', () => {
  expect(figure('x', 'µs', [3, 1, 2]).value).toBe(2);
  expect(figure('x', 'µs', [3, null, 2]).value).toBeNull();
});

test('a pooled percentile looks at all samples, its spread at each round', () => {
  expect(
    pooled('x', 'ms', 99, [
      [1, 2],
      [3, 9],
    ]),
  ).toMatchObject({ value: 9, rounds: [2, 9] });
});

test('a goal is met at its bound, missed beyond it, and open without a value', () => {
  expect(isMet(figure('x', 'µs', [60], { atMost: 60 }))).toBe(true);
  expect(isMet(figure('x', '×', [8.9], { atLeast: 9 }))).toBe(false);
  expect(isMet(figure('x', '×', [null], { atLeast: 9 }))).toBeNull();
});
