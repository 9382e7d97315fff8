import { describe, expect, test } from '@jest/globals';
import { sign, type SignMethod } from './sign.ts';

const OFFICIAL = {
  method: 'taobao.user.seller.get',
  timestamp: '2013-05-06 13:52:03',
  format: 'xml',
  app_key: 'test',
  v: '2.0',
  fields: 'nick',
  sign_method: 'md5',
  session: 'test',
};

const onsale = (method: SignMethod) => ({
  method: 'taobao.items.onsale.get',
  app_key: '12345678',
  session: 'test-session',
  timestamp: '2026-01-15 10:30:00',
  format: 'json',
  v: '2.0',
  fields: 'num_iid,title,price',
  page_no: '1',
  page_size: '2',
  q: '棉 T恤',
  sign_method: method,
});

describe('the signature of the Taobao gateway', () => {
  test("is the official example's", () => {
    expect(sign(OFFICIAL, 'test', 'md5')).toBe('72CB4D809B375A54502C09360D879C64');
  });

  test.each<[SignMethod, string]>([
    ['md5', 'C963F09AC0F8F32213341FD6AA2308AD'],
    ['hmac', '4826C64226C6748A1A4B94C93831F9F0'],
    ['hmac-sha256', '834998F85F0321866E645762AB9CCBE98E83D8939585E013E0F881CC627D9E88'],
  ])('is the vector of %s', (method, expected) => {
    expect(sign(onsale(method), 'helloworld', method)).toBe(expected);
  });

  test('does not depend on the order of the parameters but on every byte of them', () => {
    const params = onsale('hmac-sha256');
    const signature = sign(params, 'helloworld', 'hmac-sha256');
    expect(
      sign(Object.fromEntries(Object.entries(params).toReversed()) as typeof params, 'helloworld', 'hmac-sha256'),
    ).toBe(signature);
    for (const key of Object.keys(params)) {
      expect(
        sign({ ...params, [key]: `${params[key as keyof typeof params]}x` }, 'helloworld', 'hmac-sha256'),
      ).not.toBe(signature);
    }
    expect(sign({ ...params, extra: '1' }, 'helloworld', 'hmac-sha256')).not.toBe(signature);
    expect(sign(params, 'helloworlD', 'hmac-sha256')).not.toBe(signature);
  });
});
