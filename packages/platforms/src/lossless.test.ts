import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parse } from 'lossless-json';
import { parseLossless as parseBytes } from './lossless.ts';

const parseLossless = (json: string) => parseBytes(Buffer.from(json));

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

test('says what a lossless parser written out says, whatever the text', () => {
  const number = fc.oneof(
    fc.bigInt().map(String),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => JSON.stringify(value)),
    fc.constantFrom('59.00', '1e400', '-0', '0.10', '9007199254740993', '1E5'),
  );
  const text = fc.letrec((tie) => ({
    json: fc.oneof(
      { depthSize: 'small' },
      number,
      fc.string().map((each) => JSON.stringify(each)),
      fc.constantFrom('true', 'null', '"\\\\"', '"12:3"'),
      tie('list'),
      tie('object'),
    ),
    list: fc.array(tie('json')).map((items) => `[ ${items.join(' , ')}]`),
    object: fc
      .uniqueArray(fc.tuple(fc.string(), tie('json')), { selector: ([key]) => key })
      .map((entries) => `{${entries.map(([key, value]) => `${JSON.stringify(key)} :${String(value)}`).join(',')} }`),
  })).json;
  fc.assert(
    fc.property(text, (json) => {
      const oracle = parse(String(json), undefined, (raw) =>
        Number.isSafeInteger(Number(raw)) && String(Number(raw)) === raw ? Number(raw) : raw,
      );
      // The engine makes own fields of every key; the oracle loses `__proto__`.
      fc.pre(!String(json).includes('__proto__'));
      expect(parseLossless(String(json))).toEqual(oracle);
    }),
    { numRuns: 1_000 },
  );
});

test('a bare number as a key stays no JSON', () => {
  expect(() => parseLossless('{12345678901234567890:1}')).toThrow();
});
