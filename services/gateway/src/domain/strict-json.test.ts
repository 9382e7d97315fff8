import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseStrictJson } from './strict-json.ts';

const parse = (text: string) => parseStrictJson(Buffer.from(text));
const refusal = (text: string | Uint8Array) => {
  try {
    parseStrictJson(Buffer.from(text));
    return null;
  } catch (err) {
    return err;
  }
};

test('what JSON.parse reads is read alike, as long as nothing in it is refused', () => {
  const word = fc
    .stringMatching(/^[a-z 店铺"\\/:{}[\],]{1,12}$/)
    .filter((text) => text !== 'constructor' && text !== 'prototype');
  const { tree } = fc.letrec((tie) => ({
    tree: fc.oneof(
      { maxDepth: 4 },
      word,
      fc.integer(),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.boolean(),
      fc.constant(null),
      fc.array(tie('tree')),
      fc.dictionary(word, tie('tree')),
    ),
  }));
  fc.assert(
    fc.property(tree, fc.constantFrom(undefined, 2, '\t'), (value, indent) => {
      const text = JSON.stringify(value, null, indent);
      expect(parse(text)).toEqual(JSON.parse(text));
    }),
  );
});

describe('refused as malformed', () => {
  test.each([
    ['no JSON', '{"a":'],
    ['nothing', ''],
  ])('%s', (_what, text) => {
    expect(refusal(text)).toMatchObject({ kind: 'malformed' });
  });

  test('bytes that are no UTF-8', () => {
    expect(refusal(Uint8Array.of(0x22, 0xc3, 0x28, 0x22))).toMatchObject({ kind: 'malformed' });
  });
});

describe('refused by field', () => {
  test.each([
    ['a key twice', '{"name":"a","name":"a"}', 'name'],
    ['a key twice, once escaped', '{"name":"a","\\u006eame":"b"}', 'name'],
    ['a key twice further in', '{"config":[1,{"a":1,"b":{"c":",","c":2}}]}', 'config.1.b.c'],
    ['21 levels', '{"name":' + '['.repeat(20) + ']'.repeat(20) + '}', `name${'.0'.repeat(19)}`],
    ['a million brackets', '['.repeat(500_000) + ']'.repeat(500_000), Array(20).fill('0').join('.')],
    ['a NUL', '{"name":"a\\u0000b"}', 'name'],
    ['an escape character', '{"config":{"app_key":"\\u001b[0m"}}', 'config.app_key'],
    ['half a character', '{"events":["\\ud800"]}', 'events.0'],
    ['__proto__', '{"config":{"__proto__":{"a":1}}}', 'config.__proto__'],
    ['__proto__, escaped', '{"\\u005f_proto__":1}', '__proto__'],
    ['constructor', '{"constructor":{"prototype":{}}}', 'constructor'],
    ['an operator', '{"username":{"$gt":""}}', 'username.$gt'],
  ])('%s', (_what, text, field) => {
    expect(refusal(text)).toMatchObject({ kind: 'invalid', details: { [field]: [expect.any(String)] } });
  });
});

test('a key may come again in another object, and texts may hold lines and tabs', () => {
  expect(parse('[{"a":"x\\n\\ty"},{"a":{"a":1}}]')).toEqual([{ a: 'x\n\ty' }, { a: { a: 1 } }]);
});
