import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { callsUnderWay } from './call-budget-answers.ts';
import { slotLine } from './call-budget-slots.ts';

const SPACING = 10;

/** Calls every 10 ms, each answered after `latency(n)` ms, up to `until`; from `stillFrom` on none is. */
function calling(until: number, latency: (n: number) => number, stillFrom = Number.POSITIVE_INFINITY) {
  const underWay = callsUnderWay();
  const held: number[] = [];
  for (let now = 0; now < until; now++) {
    if (now % SPACING === 0) underWay.begun(now);
    for (let n = 0; n * SPACING <= now; n++)
      if (now < stillFrom && n * SPACING + latency(n) === now) underWay.answered(now, latency(n));
    if (underWay.heldUntil(now, SPACING) !== null) held.push(now);
  }
  return { underWay, held };
}

test('while answers come nothing is kept back, also when some calls take longer than others', () => {
  expect(calling(2_000, () => 200).held).toEqual([]);
  expect(calling(2_000, (n) => 100 + ((n * 7) % 11) * 13).held).toEqual([]);
});

test('before the first answers are due nothing is kept back', () => {
  expect(calling(400, () => 500).held).toEqual([]);
});

test('when answers that are due do not come calls are kept back, until one comes or a second is over', () => {
  const { underWay, held } = calling(1_200, () => 200, 1_000);
  expect(held[0]).toBeGreaterThanOrEqual(1_030);
  expect(held[0]).toBeLessThanOrEqual(1_060);
  const until = underWay.heldUntil(1_200, SPACING)!;
  expect(until).toBeLessThanOrEqual(2_000);
  expect(underWay.heldUntil(until, SPACING)).toBeNull();
  underWay.answered(1_200, 400);
  expect(underWay.heldUntil(1_201, SPACING)).toBeNull();
});

test('a few slow calls keep nothing back', () => {
  const underWay = callsUnderWay();
  for (let n = 0; n < 20; n++) {
    underWay.begun(n * SPACING);
    underWay.answered(n * SPACING + 5, 5);
  }
  for (const at of [300, 310, 320]) underWay.begun(at);
  expect(underWay.heldUntil(900, SPACING)).toBeNull();
});

test('calls that were late are made up for one by one, not all at once', () => {
  const lateness = fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 20, maxLength: 100 });
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 40 }), lateness, (spacing, waits) => {
      const line = slotLine();
      line.add([{ from: 0, calls: 100_000, spacing, priority: null }]);
      const made: number[] = [];
      let at = 0;
      for (const wait of waits) {
        at += wait;
        for (let slot = line.first(at); slot !== null && slot.at <= at; slot = line.first(at)) {
          line.use(at);
          made.push(at);
        }
      }
      for (const [n, time] of made.entries())
        if (n > 0) expect(time - made[n - 1]!).toBeGreaterThanOrEqual(spacing * 0.95 - 1e-6);
    }),
  );
});
