import { expect, test } from '@jest/globals';
import fc from 'fast-check';
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
  expect([0, 0.5, 0.999].map((pick) => freeSlot([8, 9], 3, pick))).toEqual([1, 1, 1]);
  expect([0, 0.5, 0.999].map((pick) => freeSlot([1, 9], 4, pick))).toEqual([2, 3, 3]);
});

test('however creates and deletes meet, each on what it read earlier, a lowered limit is never exceeded and always reached', () => {
  const slots = fc.uniqueArray(fc.integer({ min: 1, max: 12 }), { maxLength: 8 });
  const step = fc.record({ read: fc.nat(3), pick: fc.double({ min: 0, max: 0.999, noNaN: true }), gone: fc.nat(11) });
  fc.assert(
    fc.property(slots, fc.integer({ min: 0, max: 8 }), fc.array(step, { maxLength: 40 }), (given, limit, steps) => {
      const used = new Set(given);
      const seen = [[...used]];
      const remember = () => seen.push([...used]);
      for (const { read, pick, gone } of steps) {
        const before = used.size;
        if (gone > 7) used.delete([...used][gone % 7] ?? 0);
        else {
          const slot = freeSlot(seen.at(-1 - read) ?? [...used], limit, pick);
          if (slot !== null) used.add(slot);
        }
        remember();
        expect(used.size).toBeLessThanOrEqual(Math.max(before, limit));
      }
      for (let slot = freeSlot([...used], limit, 0); slot !== null; slot = freeSlot([...used], limit, 0))
        used.add(slot);
      expect(used.size).toBeGreaterThanOrEqual(limit);
    }),
    { numRuns: 2_000 },
  );
});
