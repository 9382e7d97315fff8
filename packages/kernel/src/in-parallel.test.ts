import { expect, test } from '@jest/globals';
import { inParallel, piecesOf } from './in-parallel.ts';

test('answers in the order of the items, with no more at once than allowed', async () => {
  let running = 0;
  let most = 0;
  const results = await inParallel([5, 1, 4, 2, 3], 2, async (turns) => {
    most = Math.max(most, ++running);
    for (let n = 0; n < turns; n++) await Promise.resolve();
    running--;
    return turns * 10;
  });
  expect(results).toEqual([50, 10, 40, 20, 30]);
  expect(most).toBe(2);
});

test('begins nothing after a failure, and tells it when what runs has come to its end', async () => {
  const begun: number[] = [];
  const ended: number[] = [];
  const work = inParallel([1, 2, 3, 4], 2, async (n) => {
    begun.push(n);
    if (n === 1) throw new Error('first');
    for (let turn = 0; turn < 5; turn++) await Promise.resolve();
    ended.push(n);
  });
  await expect(work).rejects.toThrow('first');
  expect([begun, ended]).toEqual([[1, 2], [2]]);
});

test('pieces have their size, the last what is left', () => {
  expect(piecesOf([1, 2, 3, 4, 5], 2)).toEqual([[1, 2], [3, 4], [5]]);
  expect(piecesOf([1, 2], 2)).toEqual([[1, 2]]);
  expect(piecesOf([], 2)).toEqual([]);
});
