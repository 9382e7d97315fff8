import { describe, expect, test } from '@jest/globals';
import { signatureOf, type SignMethod } from './signature.ts';

const official = {
  method: 'taobao.user.seller.get',
  timestamp: '2013-05-06 13:52:03',
  format: 'xml',
  app_key: 'test',
  v: '2.0',
  fields: 'nick',
  sign_method: 'md5',
  session: 'test',
};

const own = (sign_method: SignMethod) => ({
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
  sign_method,
});

const SIGNS: Record<SignMethod, string> = {
  md5: 'C963F09AC0F8F32213341FD6AA2308AD',
  hmac: '4826C64226C6748A1A4B94C93831F9F0',
  'hmac-sha256': '834998F85F0321866E645762AB9CCBE98E83D8939585E013E0F881CC627D9E88',
};

const sign = (params: Record<string, string>, secret: string, method: SignMethod) =>
  signatureOf(Object.entries(params), secret, method);

describe('the signature of a call', () => {
  test("is that of the platform's own example", () => {
    expect(sign(official, 'test', 'md5')).toBe('72CB4D809B375A54502C09360D879C64');
  });

  test.each(Object.keys(SIGNS) as SignMethod[])('is that of the vector for %s', (method) => {
    expect(sign(own(method), 'helloworld', method)).toBe(SIGNS[method]);
  });

  test('does not depend on the order in which parameters came', () => {
    const shuffled = Object.fromEntries(Object.entries(own('md5')).toReversed());
    expect(sign(shuffled, 'helloworld', 'md5')).toBe(SIGNS.md5);
  });

  test('leaves out empty values and the signature itself', () => {
    expect(sign({ ...own('md5'), sign: 'X', cid: '' }, 'helloworld', 'md5')).toBe(SIGNS.md5);
  });

  test.each([
    ['a changed byte', { ...own('md5'), page_no: '2' }, 'helloworld'],
    ['an extra parameter', { ...own('md5'), simplify: 'true' }, 'helloworld'],
    ['another secret', own('md5'), 'helloworle'],
    ['another session', { ...own('md5'), session: 'test-sessioo' }, 'helloworld'],
  ])('changes with %s', (_what, params, secret) => {
    expect(sign(params, secret, 'md5')).not.toBe(SIGNS.md5);
  });
});
