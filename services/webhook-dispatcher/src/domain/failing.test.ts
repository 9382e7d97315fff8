import { expect, test } from '@jest/globals';
import { failingStage } from './failing.ts';

const since = new Date('2026-03-01T00:00:00Z');
const afterHours = (hours: number) => failingStage(since, new Date(since.getTime() + hours * 3_600_000));

test('warnings come at half, 70 and 90 percent of 120 hours, the end after all of them', () => {
  expect([0, 59.9, 60, 83.9, 84, 107.9, 108, 119.9, 120, 500].map(afterHours)).toEqual([
    0, 0, 50, 50, 70, 70, 90, 90, 100, 100,
  ]);
});
