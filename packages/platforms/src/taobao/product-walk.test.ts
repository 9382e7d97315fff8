import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { afterPage, opened, PAGE_SIZE, type Walk } from './product-walk.ts';

const walk: Walk = { list: 'onsale', from: null, to: Date.UTC(2026, 0, 15), page: null };

/** Opens until nothing is unopened; `times` are the moments of the rows. */
function openAll(times: number[]): Walk[] {
  const done: Walk[] = [];
  const open = [walk];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { from, to } = next;
    const count = times.filter((time) => time >= (from ?? 0) && time <= (to as number)).length;
    for (const piece of opened(next, count)) (piece.page === null ? open : done).push(piece);
  }
  return done;
}

describe('opening a window', () => {
  test('nothing to read is nothing to walk', () => {
    expect(opened(walk, 0)).toEqual([]);
  });

  test('pages are walked from the last to the first', () => {
    const [begun] = opened(walk, 401) as [Walk];
    expect(begun.page).toBe(3);
    expect(afterPage(begun, 3)).toEqual([{ ...walk, page: 2 }]);
    expect(afterPage(begun, 1)).toEqual([]);
  });

  test('more rows than the platform pages through are split by their time until every piece fits, and no moment is left out', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 3_600, max: 10 ** 8 }), (load, spreadS) => {
        const count = load * 15_000;
        const times = Array.from(
          { length: count },
          (_, n) => (walk.to as number) - Math.floor((n / count) * spreadS) * 1_000,
        );
        const pieces = openAll(times);
        for (const { page } of pieces) expect(page as number).toBeLessThanOrEqual(20_000 / PAGE_SIZE);
        expect(
          times.every((time) => pieces.some(({ from, to }) => time >= (from ?? 0) && time <= (to as number))),
        ).toBe(true);
      }),
      { numRuns: 10 },
    );
  });

  test('a single second with too many rows is walked as it is', () => {
    const times = Array.from({ length: 20_400 }, () => Date.UTC(2026, 0, 14));
    expect(Math.max(...openAll(times).map((piece) => piece.page as number))).toBe(102);
  });

  test('the open end is walked as far as the platform pages', () => {
    expect(opened({ ...walk, to: null }, 50_000)).toEqual([{ ...walk, to: null, page: 100 }]);
  });
});
