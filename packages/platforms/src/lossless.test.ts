import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseLossless } from './lossless.ts';

test('numbers that a double would change, or write differently, stay their own text', () => {
  const text =
    '{"id":712345678901234567,"price":59.00,"big":1e999,"num":120,"minus":-3,"edge":9007199254740993,"title":"712345678901234567"}';
  expect(parseLossless(text)).toEqual({
    id: '712345678901234567',
    price: '59.00',
    big: '1e999',
    num: 120,
    minus: -3,
    edge: '9007199254740993',
    title: '712345678901234567',
  });
});

test('every integer keeps its digits', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }), (id) => {
      expect(String((parseLossless(`{"id":${id}}`) as { id: unknown }).id)).toBe(String(id));
    }),
  );
});

test('JSON without such numbers is what JSON.parse says', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const text = JSON.stringify(value, (_key, inner: unknown) =>
        typeof inner === 'number' ? Math.trunc(inner) % 2 ** 53 : inner,
      );
      expect(parseLossless(text)).toEqual(JSON.parse(text));
    }),
  );
});

test('what is no JSON is refused', () => {
  for (const text of ['', '{', '{"a":01}', '<html>', '{"a":1}}']) expect(() => parseLossless(text)).toThrow();
});
