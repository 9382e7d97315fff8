import { expect, test } from '@jest/globals';
import { isDomain } from './domain-name.ts';
import { shopFields } from './shop.ts';

const good = { name: '新店铺', domain: 'new-shop.myshopify.com', status: 'active' };

test.each(['example.com', 'a.b.c.example', 'xn--fiqs8s.xn--fiqs8s', '1688.com', '3-d.shop', `${'a'.repeat(63)}.com`])(
  '%s is a domain',
  (text) => {
    expect(isDomain(text)).toBe(true);
  },
);

test.each([
  '',
  'shop',
  'shop.',
  '.com',
  'a..b',
  '-a.com',
  'a-.com',
  'a_b.com',
  'a b.com',
  'a.com/path',
  'https://a.com',
  'a.com:80',
  'user@a.com',
  '127.0.0.1',
  '[::1]',
  '店铺.中国',
  'a.com\n',
  `${'a'.repeat(64)}.com`,
  `${'a.'.repeat(126)}com`,
])('%j is none', (text) => {
  expect(isDomain(text)).toBe(false);
});

test('a domain is kept in lower case and a shop is active unless said otherwise', () => {
  expect(shopFields({ ...good, domain: 'New-Shop.MyShopify.com', status: '' })).toEqual(good);
});

test('all that is wrong is said at once, by field', () => {
  expect(() => shopFields({ name: ' ', domain: 'x', status: 'open' })).toThrow(
    expect.objectContaining({
      kind: 'invalid',
      details: {
        name: ['店铺名称不能为空'],
        domain: ['域名格式不正确'],
        status: [expect.stringContaining('suspended')],
      },
    }),
  );
  expect(() => shopFields({ ...good, name: '店'.repeat(201) })).toThrow(
    expect.objectContaining({ details: { name: ['店铺名称不能超过200个字符'] } }),
  );
  expect(shopFields({ ...good, name: '店'.repeat(200) }).name).toHaveLength(200);
});
