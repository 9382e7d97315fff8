import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { newWindow, openBreaker, tooManyFailed } from './breaker.ts';

const start = new Date('2026-03-14T10:00:00Z');
const later = (seconds: number) => new Date(start.getTime() + seconds * 1_000);

test('it opens at the failure that makes seven of ten, not before ten attempts', () => {
  const window = newWindow();
  const made = Array.from({ length: 9 }, (_, n) => tooManyFailed(window, true, later(n)));
  expect(made).toEqual(Array(9).fill(false));
  expect(tooManyFailed(window, true, later(9))).toBe(true);
});

test('a success opens nothing', () => {
  const window = newWindow();
  for (let n = 0; n < 9; n += 1) tooManyFailed(window, true, start);
  expect(tooManyFailed(window, false, start)).toBe(false);
});

test('what is older than five minutes counts no more, what is younger does', () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ after: fc.integer({ min: 0, max: 120 }), failed: fc.boolean() }), { maxLength: 80 }),
      (calls) => {
        const window = newWindow();
        const past: { at: number; failed: boolean }[] = [];
        let at = 0;
        for (const { after, failed } of calls) {
          at += after;
          past.push({ at, failed });
          const opened = tooManyFailed(window, failed, later(at));
          const share = (within: number) => {
            const recent = past.filter((each) => each.at > at - within);
            return { all: recent.length, failed: recent.filter((each) => each.failed).length };
          };
          // Slices of 30 s: a call leaves the window a slice's length after its time at most.
          const [least, most] = [share(270), share(331)];
          if (opened) expect([most.all >= 10, failed]).toEqual([true, true]);
          if (failed && least.all === most.all) expect(opened).toBe(least.all >= 10 && least.failed >= 0.7 * least.all);
        }
      },
    ),
  );
});

test('it rests for 30 s, twice as long after each probe that failed, ten minutes at most', () => {
  const rests = [1, 2, 3, 4, 5, 6, 7, 30].map(
    (trips) => (openBreaker(trips, start).until.getTime() - start.getTime()) / 1_000,
  );
  expect(rests).toEqual([30, 60, 120, 240, 480, 600, 600, 600]);
});
