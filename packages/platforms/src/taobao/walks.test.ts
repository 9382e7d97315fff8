import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { afterPage, cut, type ListLimits, opened, shrunk, type Walk } from './walks.ts';

const LIMITS = { pageSize: 200, maxRows: 20_000, maxSpanMs: Number.POSITIVE_INFINITY };
const DAY_MS = 86_400_000;
const OLDEST = Date.UTC(2003, 4, 10);
const TO = Date.UTC(2026, 0, 15);
const walk: Walk = { list: 'onsale', from: null, to: TO, page: null, counted: false };

const covers = ({ from, to }: Walk, time: number) => time >= (from ?? OLDEST) && time <= (to as number);

/** Opens until nothing is unopened; `times` are the moments of the rows. */
function openAll(times: number[]): Walk[] {
  const done: Walk[] = [];
  const open = [walk];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const part = next;
    const count = times.filter((time) => covers(part, time)).length;
    for (const piece of opened(next, count, LIMITS, OLDEST)) (piece.page === null ? open : done).push(piece);
  }
  return done;
}

describe('opening a window', () => {
  test('nothing to read is nothing to walk', () => {
    expect(opened(walk, 0, LIMITS, OLDEST)).toEqual([]);
  });

  test('pages are walked from the last to the first', () => {
    const [begun] = opened(walk, 401, LIMITS, OLDEST) as [Walk];
    expect(begun.page).toBe(3);
    expect(afterPage(begun, 3)).toEqual([{ ...walk, page: 2, counted: true }]);
    expect(afterPage(begun, 1)).toEqual([]);
  });

  test('more rows than the platform pages through are split by their time until every piece fits, and no moment is left out', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 3_600, max: 10 ** 8 }), (load, spreadS) => {
        const count = load * 15_000;
        const times = Array.from({ length: count }, (_, n) => TO - Math.floor((n / count) * spreadS) * 1_000);
        const pieces = openAll(times);
        for (const { page } of pieces) expect(page as number).toBeLessThanOrEqual(20_000 / LIMITS.pageSize);
        expect(times.every((time) => pieces.some((piece) => covers(piece, time)))).toBe(true);
      }),
      { numRuns: 10 },
    );
  });

  test('a single second with too many rows is walked as it is', () => {
    const times = Array.from({ length: 20_400 }, () => Date.UTC(2026, 0, 14));
    expect(Math.max(...openAll(times).map((piece) => piece.page as number))).toBe(102);
  });

  test('the open end is walked as far as the platform pages', () => {
    expect(opened({ ...walk, to: null }, 50_000, LIMITS, OLDEST)).toEqual([
      { ...walk, to: null, page: 100, counted: true },
    ]);
  });
});

describe('a window', () => {
  /** Cut until every piece fits, in the order of reading. */
  function cutAll(whole: Walk, limits: ListLimits, now: number): Walk[] {
    const parts = cut(whole, limits, now, OLDEST);
    return parts === null ? [whole] : [parts[0] as Walk, ...cutAll(parts[1] as Walk, limits, now)];
  }

  test('wider than the platform takes is cut from its start, and nothing is left out', () => {
    const whole: Walk = { ...walk, from: TO - 2.5 * DAY_MS };
    expect(cutAll(whole, { ...LIMITS, maxSpanMs: DAY_MS }, TO).map(({ from, to }) => [from, to])).toEqual([
      [TO - 2.5 * DAY_MS, TO - 1.5 * DAY_MS],
      [TO - 1.5 * DAY_MS, TO - 0.5 * DAY_MS],
      [TO - 0.5 * DAY_MS, TO],
    ]);
  });

  test('is cut into no more pieces than it takes: each fits as the platform counts, begins where the one before ends, and is not cut again', () => {
    const start = fc.integer({ min: OLDEST, max: TO });
    const lengthMs = fc.oneof(fc.nat(3_000), fc.integer({ min: DAY_MS - 2_000, max: DAY_MS + 2_000 }), fc.nat(10 ** 9));
    const spanMs = fc.constantFrom(3_600_000, DAY_MS);
    fc.assert(
      fc.property(start, lengthMs, fc.boolean(), spanMs, (from, length, isOpen, maxSpanMs) => {
        const limits = { ...LIMITS, maxSpanMs };
        const now = from + length;
        const whole: Walk = { ...walk, from, to: isOpen ? null : now };
        const pieces = cutAll(whole, limits, now);
        expect([pieces[0]?.from, pieces.at(-1)?.to]).toEqual([from, whole.to]);
        expect(pieces.slice(1).map((piece) => piece.from)).toEqual(pieces.slice(0, -1).map((piece) => piece.to));
        const seconds = (ms: number | null) => Math.floor((ms ?? now) / 1_000) * 1_000;
        const widths = pieces.map((piece) => seconds(piece.to) - seconds(piece.from));
        expect(widths.slice(0, -1)).toEqual(widths.slice(1).map(() => maxSpanMs));
        expect(widths.at(-1)).toBeLessThanOrEqual(maxSpanMs);
        expect(widths.length === 1 || (widths.at(-1) as number) > 0).toBe(true);
        for (const piece of pieces) expect(cut(piece, limits, now, OLDEST)).toBeNull();
      }),
    );
  });

  test('that is open ends now', () => {
    const limits = { ...LIMITS, maxSpanMs: DAY_MS };
    expect(cut({ ...walk, from: TO - DAY_MS, to: null }, limits, TO, OLDEST)).toBeNull();
    expect(cut({ ...walk, from: TO - DAY_MS - 1_000, to: null }, limits, TO, OLDEST)).toHaveLength(2);
  });

  test('that the platform refuses is halved down to a minute, an open one not', () => {
    expect(shrunk({ ...walk, from: TO - 120_000, page: 3 }, OLDEST)).toEqual([
      { ...walk, from: TO - 60_000, page: null },
      { ...walk, from: TO - 120_000, to: TO - 60_000, page: null },
    ]);
    expect(shrunk({ ...walk, from: TO - 60_000 }, OLDEST)).toBeNull();
    expect(shrunk({ ...walk, to: null }, OLDEST)).toBeNull();
  });
});
