import { expect, test } from '@jest/globals';
import { headerFaults, normalHeaders, shownHeaders, unmasked } from './custom-headers.ts';

test.each([
  'host',
  'content-type',
  'content-length',
  'transfer-encoding',
  'connection',
  'cookie',
  'webhook-id',
  'Webhook-Signature',
  'X-Nolux-Signature',
  'x-forwarded-for',
  'traceparent',
  'user-agent',
  'x-bad name',
  'x-',
  '',
])('the header %j is not theirs to set', (name) => {
  expect(Object.keys(headerFaults({ [name]: 'a' }))).toEqual([`headers.${name}`]);
});

test.each(['a\r\nhost: evil', 'a\nb', 'a\u0000b', '店', ' a', 'a ', '', 'x'.repeat(1_001)])(
  'the value %j is refused',
  (value) => {
    expect(Object.keys(headerFaults({ 'x-team': value }))).toEqual(['headers.x-team']);
  },
);

test('at most ten are taken, each name once whatever its case', () => {
  const many = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, n) => [`x-h${n}`, 'a']));
  expect(headerFaults(many(10))).toEqual({});
  expect(headerFaults(many(11))).toHaveProperty('headers');
  expect(headerFaults({ 'X-Team': 'a', 'x-team': 'b' })).toHaveProperty('headers');
  expect(headerFaults({ Authorization: 'Bearer abc', 'X-Team': 'a b' })).toEqual({});
});

test('secrets are masked, and a mask stands for what is stored or for nothing', () => {
  const stored = normalHeaders({ Authorization: 'Bearer abc', 'X-Api-Key': 'k', 'X-Team': 'shops' });
  const shown = shownHeaders(stored);
  expect(shown).toEqual({ authorization: '***', 'x-api-key': '***', 'x-team': 'shops' });
  expect(unmasked(shown, stored)).toEqual({ headers: stored, unknown: [] });
  expect(unmasked(shown, {}).unknown).toEqual(['authorization', 'x-api-key']);
  expect(unmasked({ 'x-api-key': 'new' }, stored)).toEqual({ headers: { 'x-api-key': 'new' }, unknown: [] });
});
