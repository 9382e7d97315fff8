import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { idSet } from './id-set.ts';

const anyId = fc.oneof(
  fc.bigInt({ min: 0n, max: 10n ** 19n - 1n }).map(String),
  fc.integer({ min: 0, max: 50 }).map(String),
  fc.constantFrom('', '0', '00', '007', '10000000000', '1000000000', '?ab12', '1e3', ' 1', '-1', '９'),
  fc.string({ maxLength: 12 }),
);

test('holds exactly what a set of texts holds', () => {
  fc.assert(
    fc.property(fc.array(anyId, { maxLength: 3_000 }), fc.array(anyId), (added, asked) => {
      const [ours, plain] = [idSet(), new Set(added)];
      for (const id of added) ours.add(id);
      for (const id of [...added, ...asked]) expect(ours.has(id)).toBe(plain.has(id));
    }),
    { numRuns: 30 },
  );
});

test('holds ids of nineteen digits that differ in the last one', () => {
  const ids = idSet();
  for (let n = 0; n < 50_000; n++) ids.add(`712345678900${String(n * 2).padStart(7, '0')}`);
  const isWrong = (n: number) => ids.has(`712345678900${String(n).padStart(7, '0')}`) !== (n % 2 === 0);
  expect(Array.from({ length: 100_000 }, (_, n) => n).filter(isWrong)).toEqual([]);
});
