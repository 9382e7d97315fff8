import { expect, test } from '@jest/globals';
import { isHeld } from './brake.ts';

test.each([
  [0, 0, false],
  [20, 100, false],
  [21, 100, true],
  [500, 100_000, false],
  [501, 100_000, true],
  [1, 4, true],
])('%d of %d rows gone: held is %s', (gone, living, held) => {
  expect(isHeld(gone, living)).toBe(held);
});
