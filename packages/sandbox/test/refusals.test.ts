import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { gmt8 } from '../src/taobao/gmt8.ts';
import { APP, startWithClient } from './seller.ts';

const NOW = Date.UTC(2026, 0, 15, 2, 30, 0);
const ITEMS = 'taobao.items.onsale.get';

let time = NOW;
let box: Awaited<ReturnType<typeof startWithClient>>;
let session: string;

beforeAll(async () => {
  box = await startWithClient({ clock: () => new Date(time) });
  await box.control.putShop('tmall', '2001', { products: 300, seed: 1 });
  await box.control.putShop('tmall', '2002', { products: 5, seed: 1 });
  session = await box.session('2001');
});
afterAll(() => box.stop());

type Fields = Record<string, string>;

interface ErrorAnswer {
  error_response?: { code: number; msg: string; sub_code?: string; sub_msg?: string };
}

const errorOf = async (answer: Promise<Response>) => ((await (await answer).json()) as ErrorAnswer).error_response;
const codeOf = async (answer: Promise<Response>) => (await errorOf(answer))?.code;
const common = (business: Fields = {}) => box.common(ITEMS, session, { fields: 'num_iid', ...business });
const signed = (business: Fields = {}) => box.post(box.sign(common(business)));

const without = (name: string) => {
  const { [name]: _gone, ...rest } = common();
  return box.post(box.sign(rest));
};

test('a call that is right in all is answered', async () => {
  expect(await codeOf(signed())).toBeUndefined();
});

describe('common parameters', () => {
  test.each([
    ['method', 21],
    ['app_key', 28],
    ['timestamp', 30],
    ['v', 32],
    ['format', 23],
    ['session', 26],
    ['sign_method', 40],
    ['fields', 40],
  ])('without %s: %i', async (name, code) => {
    expect(await codeOf(without(name))).toBe(code);
  });

  test.each([
    ['method', 'taobao.items.nothing.get', 22],
    ['app_key', 'other-app', 29],
    ['timestamp', '15.01.2026', 31],
    ['v', '1.0', 33],
    ['format', 'xml', 23],
    ['sign_method', 'sha1', 41],
    ['session', '6100unknown', 27],
  ])('%s=%s: %i', async (name, value, code) => {
    expect(await codeOf(signed({ [name]: value }))).toBe(code);
  });

  test('GET is not allowed', async () => {
    const query = new URLSearchParams(box.sign(common())).toString();
    expect(await codeOf(fetch(`${box.url}/taobao/router/rest?${query}`))).toBe(9);
  });

  test('a body that is no form has no method', async () => {
    const answer = fetch(`${box.url}/taobao/router/rest`, { method: 'POST', body: JSON.stringify(common()) });
    expect(await codeOf(answer)).toBe(21);
  });
});

describe('the signature', () => {
  test('is missing: 24', async () => {
    expect(await codeOf(box.post(common()))).toBe(24);
  });

  test('of another secret: 25', async () => {
    expect(await codeOf(box.post(box.sign(common(), 'sandbox-secreT')))).toBe(25);
  });

  test('in lower case: 25', async () => {
    const params = box.sign(common());
    expect(await codeOf(box.post({ ...params, sign: (params['sign'] as string).toLowerCase() }))).toBe(25);
  });

  test('does not cover a parameter: 25', async () => {
    expect(await codeOf(box.post({ ...box.sign(common()), page_no: '1' }))).toBe(25);
  });

  test('covers a value changed on the way: 25', async () => {
    const params = box.sign(common({ page_no: '1' }));
    expect(await codeOf(box.post({ ...params, page_no: '2' }))).toBe(25);
  });

  test.each(['md5', 'hmac', 'hmac-sha256'])('by %s over the decoded values passes', async (sign_method) => {
    expect(await codeOf(signed({ sign_method, q: '棉 T恤+&=%' }))).toBeUndefined();
  });
});

describe('the timestamp', () => {
  test.each([
    [-600, undefined],
    [600, undefined],
    [-601, 31],
    [601, 31],
  ])('%i s off the platform: %s', async (off, code) => {
    expect(await codeOf(signed({ timestamp: gmt8(NOW / 1_000 + off) }))).toBe(code);
  });

  test('is measured by the clock that the Date header tells, and the control port moves', async () => {
    await box.control.moveClock({ advance_ms: 1_200_000 });
    const stale = await signed();
    expect(stale.headers.get('date')).toBe(new Date(NOW + 1_200_000).toUTCString());
    expect(((await stale.json()) as ErrorAnswer).error_response?.code).toBe(31);
    await box.control.moveClock({ now: new Date(NOW).toISOString() });
    expect(await codeOf(signed())).toBeUndefined();
  });
});

describe('the session', () => {
  test('of another app: 27', async () => {
    expect((await errorOf(signed({ app_key: `${APP}-2` })))?.sub_code).toBe('invalid-sessionkey');
  });

  test('tells expired, revoked and unknown apart', async () => {
    const [expired, revoked] = [await box.session('2002'), await box.session('2002')];
    await box.control.addFault({ platform: 'tmall', kind: 'token_expired', match: expired });
    await box.control.addFault({ platform: 'tmall', kind: 'token_revoked', match: revoked });
    const subCode = async (of: string) => (await errorOf(signed({ session: of })))?.sub_code;
    expect(await subCode(expired)).toBe('session-expired');
    expect(await subCode(revoked)).toBe('session-revoked');
    expect(await subCode('6100unknown')).toBe('invalid-sessionkey');
  });

  test('ends when its time is over', async () => {
    const old = await box.session('2002');
    time += 91 * 86_400_000;
    expect((await errorOf(signed({ session: old })))?.sub_code).toBe('session-expired');
    time = NOW;
  });

  test("does not open another shop's products", async () => {
    const [foreign] = (await box.control.truthItems('tmall', '2002')).items;
    const answer = await box.call('taobao.item.seller.get', session, { fields: 'num_iid', num_iid: foreign?.id ?? '' });
    expect(answer).toContain('ITEM_NOT_FOUND');
  });
});

describe('arguments', () => {
  test.each([
    ['page_size', '201'],
    ['page_size', '0'],
    ['page_size', '1.5'],
    ['page_no', '0'],
    ['page_no', '-1'],
    ['page_no', '501'],
    ['fields', 'num_iid,colour'],
    ['order_by', 'price:asc'],
    ['start_modified', '2026-01-15'],
    ['end_modified', 'yesterday'],
    ['not_a_parameter', '1'],
    ['num_iid', '1'],
  ])('%s=%s: 41 isv.invalid-parameter', async (name, value) => {
    const refusal = await errorOf(signed({ page_size: '40', [name]: value }));
    expect([refusal?.code, refusal?.sub_code]).toEqual([41, 'isv.invalid-parameter']);
    expect(refusal?.msg).toContain(name);
  });

  test('a parameter that comes twice: 41', async () => {
    const form = `${new URLSearchParams(box.sign(common())).toString()}&fields=num_iid`;
    expect(await codeOf(box.post(form))).toBe(41);
  });

  test('page 102 of the warehouse: 41', async () => {
    expect(await box.call('taobao.items.inventory.get', session, { fields: 'num_iid', page_no: '102' })).toContain(
      '"code":41',
    );
    expect(await box.call('taobao.items.inventory.get', session, { fields: 'num_iid', page_no: '101' })).toContain(
      'total_results',
    );
  });

  test.each([
    ['taobao.items.seller.list.get', 21],
    ['taobao.item.skus.get', 41],
  ])('%s with %i ids: 41', async (method, ids) => {
    const num_iids = Array.from({ length: ids }, (_, n) => String(n + 1)).join(',');
    expect(await box.call(method, session, { fields: 'num_iid', num_iids })).toContain('"code":41');
  });
});

describe('call limits', () => {
  test('of a shop: 7 with the ban text, until time has passed', async () => {
    await box.control.putShop('tmall', '2001', { rate_per_second: 2 });
    const three = [await errorOf(signed()), await errorOf(signed()), await errorOf(signed())];
    expect(three.map((refusal) => refusal?.code)).toEqual([undefined, undefined, 7]);
    expect(three[2]?.sub_code).toBe('accesscontrol.limited-by-app-access-count');
    expect(three[2]?.sub_msg).toContain('This ban will last for 1 more seconds');
    time += 1_000;
    expect(await codeOf(signed())).toBeUndefined();
    time = NOW;
    await box.control.putShop('tmall', '2001', { rate_per_second: null });
  });

  test('of an app: one bucket for all its shops', async () => {
    const other = await box.session('2002');
    await box.control.putApp('tmall', APP, { rate_per_second: 1 });
    expect(await codeOf(signed())).toBeUndefined();
    expect(await codeOf(signed({ session: other }))).toBe(7);
    await box.control.putApp('tmall', APP, { rate_per_second: null });
    expect(await codeOf(signed({ session: other }))).toBeUndefined();
  });
});

test('a frozen shop answers the refusal of a closed one, until it thaws', async () => {
  await box.control.putShop('tmall', '2001', { frozen: true });
  const refusal = await errorOf(signed());
  expect([refusal?.code, refusal?.sub_code]).toEqual([15, 'isv.shop-closed']);
  await box.control.putShop('tmall', '2001', { frozen: false });
  expect(await codeOf(signed())).toBeUndefined();
});
