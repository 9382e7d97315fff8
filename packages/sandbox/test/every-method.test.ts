import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { gmt8 } from '../src/taobao/gmt8.ts';
import { APP, startWithClient } from './seller.ts';

const NOW = Date.UTC(2026, 5, 15, 2, 30, 0);
const NOW_S = NOW / 1_000;
const DAY_S = 86_400;

type Fields = Record<string, string>;

let box: Awaited<ReturnType<typeof startWithClient>>;
let session: string;
let item: string;
let sku: string;
let tid: string;
let oid: string;

beforeAll(async () => {
  box = await startWithClient({ clock: () => new Date(NOW) });
  await box.control.putShop('taobao', '6301', { products: 60, orders: 60, reviews: 30 });
  session = await box.session('6301');
  const ids = async (entity: 'products' | 'orders' | 'inventory' | 'reviews') =>
    (await box.control.truthItems('taobao', '6301', entity)).items.map((row) => row.id);
  sku = (await ids('inventory')).find((id) => id.length === 19) as string;
  const own = await box.call('taobao.item.sku.get', session, { fields: 'num_iid', sku_id: sku });
  item = /"num_iid":(\d+)/.exec(own)?.[1] as string;
  [tid] = (await ids('orders')) as [string];
  [oid] = (await ids('reviews')) as [string];
});
afterAll(() => box.stop());
beforeEach(() => box.control.clearFaults());

/** A call of each method that is right in all. */
const right = (method: string): Fields =>
  ({
    'taobao.user.seller.get': { fields: 'nick' },
    'taobao.items.onsale.get': { fields: 'num_iid' },
    'taobao.items.inventory.get': { fields: 'num_iid' },
    'taobao.item.seller.get': { fields: 'num_iid,num', num_iid: item },
    'taobao.items.seller.list.get': { fields: 'num_iid,num,skus', num_iids: item },
    'taobao.item.skus.get': { fields: 'sku_id,quantity', num_iids: item },
    'taobao.item.sku.get': { fields: 'sku_id,quantity', sku_id: sku },
    'taobao.trades.sold.get': { fields: 'tid,payment' },
    'taobao.trades.sold.increment.get': {
      fields: 'tid',
      start_modified: gmt8(NOW_S - DAY_S),
      end_modified: gmt8(NOW_S),
    },
    'taobao.trade.fullinfo.get': { fields: 'tid,payment', tid },
    'taobao.traderates.get': { fields: 'oid,result', rate_type: 'get', role: 'buyer' },
  })[method] as Fields;

const METHODS = [
  'taobao.user.seller.get',
  'taobao.items.onsale.get',
  'taobao.items.inventory.get',
  'taobao.item.seller.get',
  'taobao.items.seller.list.get',
  'taobao.item.skus.get',
  'taobao.item.sku.get',
  'taobao.trades.sold.get',
  'taobao.trades.sold.increment.get',
  'taobao.trade.fullinfo.get',
  'taobao.traderates.get',
];
const [SOLD, INCREMENT, FULL, RATES] = METHODS.slice(7) as [string, string, string, string];

const call = (method: string, changes: Fields = {}) => box.call(method, session, { ...right(method), ...changes });

async function codeOf(answer: Promise<string>): Promise<string | number | undefined> {
  const { error_response: error } = JSON.parse(await answer) as {
    error_response?: { code: number; msg: string; sub_code?: string };
  };
  return error?.code;
}

describe.each(METHODS)('%s', (method) => {
  const REQUIRED: Fields = {
    [INCREMENT]: 'fields,start_modified,end_modified',
    [FULL]: 'fields,tid',
    [RATES]: 'fields,rate_type,role',
    'taobao.item.sku.get': 'fields,sku_id',
    'taobao.item.skus.get': 'fields,num_iids',
    'taobao.item.seller.get': 'fields,num_iid',
    'taobao.items.seller.list.get': 'fields,num_iids',
  };

  test('answers a call that is right in all', async () => {
    expect(await codeOf(call(method))).toBeUndefined();
  });

  test('refuses each missing parameter, one that nobody knows, and a field that nobody knows', async () => {
    for (const name of (REQUIRED[method] ?? 'fields').split(','))
      expect(await codeOf(call(method, { [name]: '' }))).toBe(40);
    expect(await codeOf(call(method, { colour: '1' }))).toBe(41);
    expect(await codeOf(call(method, { fields: 'colour' }))).toBe(41);
  });

  test('refuses a wrong signature, an unknown session and a stale timestamp', async () => {
    const params = box.common(method, session, right(method));
    const post = async (form: Fields) => codeOf((await box.post(form)).text());
    expect(await post(box.sign(params, 'sandbox-secreT'))).toBe(25);
    expect(await post({ ...box.sign(params), fields: 'x' })).toBe(25);
    expect(await post(box.sign({ ...params, session: '6100unknown' }))).toBe(27);
    expect(await post(box.sign({ ...params, timestamp: gmt8(NOW_S - 601) }))).toBe(31);
  });

  test('answers the refusal of a closed shop while it is frozen, and rows at once after', async () => {
    await box.control.putShop('taobao', '6301', { frozen: true });
    expect(await call(method)).toContain('isv.shop-closed');
    await box.control.putShop('taobao', '6301', { frozen: false });
    expect(await codeOf(call(method))).toBeUndefined();
  });

  test('counts against the limit of its shop and of its app', async () => {
    await box.control.putShop('taobao', '6301', { rate_per_second: 1 });
    expect([await codeOf(call(method)), await codeOf(call(method))]).toEqual([undefined, 7]);
    await box.control.putShop('taobao', '6301', { rate_per_second: null });
    await box.control.putApp('taobao', APP, { rate_per_second: 1 });
    expect([await codeOf(call(method)), await codeOf(call(method))]).toEqual([undefined, 7]);
    await box.control.putApp('taobao', APP, { rate_per_second: null });
    const [last] = (await box.control.requests({ match: method })).slice(-1);
    expect(last?.outcome).toBe('rate_limited');
  });

  test('meets faults in the forms of the platform', async () => {
    const add = (kind: 'status' | 'rate_limited' | 'malformed' | 'reset' | 'drop_after_commit', value?: number) =>
      box.control.addFault({ platform: 'tmall', kind, match: method, ...(value === undefined ? {} : { value }) });
    await add('status', 503);
    expect(await call(method)).toContain('<h1>503</h1>');
    await add('rate_limited', 9);
    expect(await call(method)).toContain('This ban will last for 9 more seconds');
    await add('malformed');
    const half = await call(method);
    expect(() => JSON.parse(half) as unknown).toThrow(SyntaxError);
    for (const kind of ['reset', 'drop_after_commit'] as const) {
      await add(kind);
      await expect(call(method)).rejects.toThrow('fetch failed');
    }
    for (const [kind, told] of [
      ['token_expired', 'session-expired'],
      ['token_revoked', 'session-revoked'],
    ] as const) {
      const other = await box.session('6301');
      await box.control.addFault({ platform: 'taobao', kind, match: other });
      expect(await box.call(method, other, right(method))).toContain(told);
    }
    expect(await codeOf(call(method))).toBeUndefined();
  });
});

describe('arguments that are refused', () => {
  test.each([
    [SOLD, { page_size: '101' }],
    [SOLD, { page_size: '0' }],
    [SOLD, { page_no: '0' }],
    [SOLD, { start_created: '2026-06-15' }],
    [SOLD, { start_created: gmt8(NOW_S - 93 * DAY_S) }],
    [SOLD, { start_created: gmt8(NOW_S), end_created: gmt8(NOW_S - 1) }],
    [SOLD, { status: 'PAID' }],
    [SOLD, { type: 'gift' }],
    [SOLD, { use_has_next: 'yes' }],
    [SOLD, { fields: 'orders.colour' }],
    [SOLD, { start_modified: gmt8(NOW_S) }],
    [INCREMENT, { start_modified: gmt8(NOW_S - DAY_S - 1) }],
    [INCREMENT, { start_modified: gmt8(NOW_S + 1) }],
    [INCREMENT, { start_modified: gmt8(NOW_S - 93 * DAY_S), end_modified: gmt8(NOW_S - 93 * DAY_S) }],
    [INCREMENT, { page_size: '101' }],
    [FULL, { tid: 'x' }],
    [FULL, { tid: '1,2' }],
    [FULL, { tid: '9223372036854775808' }],
    [RATES, { page_size: '151' }],
    [RATES, { page_no: '201' }],
    [RATES, { rate_type: 'took' }],
    [RATES, { role: 'friend' }],
    [RATES, { result: 'great' }],
    [RATES, { tid: 'x' }],
    [RATES, { start_date: 'yesterday' }],
    ['taobao.item.sku.get', { sku_id: 'x' }],
    ['taobao.item.sku.get', { num_iid: '1,2' }],
    ['taobao.item.skus.get', { num_iids: Array.from({ length: 41 }, (_, n) => n + 1).join(',') }],
  ])('%s %j: 41', async (method, changes) => {
    expect(await codeOf(call(method, changes as unknown as Fields))).toBe(41);
  });

  test.each([
    [FULL, { tid: '2000000000000000000' }, 'isv.trade-not-exist'],
    ['taobao.item.sku.get', { sku_id: '4000000000000000000' }, 'isv.sku-not-exist'],
    ['taobao.item.sku.get', { num_iid: '1' }, 'isv.sku-not-exist'],
    ['taobao.item.seller.get', { num_iid: '1' }, 'ITEM_NOT_FOUND'],
  ])('%s %j: 15 %s', async (method, changes, subCode) => {
    const answer = await call(method, changes as unknown as Fields);
    expect(answer).toContain('"code":15');
    expect(answer).toContain(subCode);
  });
});

test('a window of exactly a day is answered', async () => {
  expect(await codeOf(call(INCREMENT))).toBeUndefined();
});

test('a poisoned row of each kind keeps its id and has one bad field, wherever it is shown', async () => {
  const poison = (value: string) => box.control.addFault({ platform: 'taobao', kind: 'poison_row', value });
  await poison(sku);
  const bad = `"sku_id":${sku},"quantity":-1`;
  expect(await call('taobao.item.sku.get')).toContain(bad);
  expect(await call('taobao.item.skus.get')).toContain(bad);
  const nested = await call('taobao.items.seller.list.get');
  expect(nested).toMatch(new RegExp(`"sku_id":${sku},[^}]*"quantity":-1`));
  await poison(tid);
  expect(await call(FULL)).toContain(`"tid":${tid},"payment":"面议"`);
  const first = await call(SOLD, { page_size: '100' });
  expect(first).toContain(`"tid":${tid},"payment":"面议"`);
  await poison(oid);
  expect(await call(RATES)).toContain(`"oid":${oid},"result":"unknown"`);
  for (const id of [sku, tid, oid]) expect(await box.control.clearFaults(id)).toEqual({ deleted: 1 });
  expect(await call(FULL)).not.toContain('面议');
});

test('the stock of a poisoned item without SKUs is bad too, being its inventory row', async () => {
  const plain = (await box.control.truthItems('taobao', '6301', 'inventory')).items.find((row) => row.id.length === 18);
  const num = () => call('taobao.item.seller.get', { num_iid: plain?.id ?? '' });
  expect(await num()).not.toContain('-1');
  await box.control.addFault({ platform: 'taobao', kind: 'poison_row', value: plain?.id ?? '' });
  expect(await num()).toContain(`"num_iid":${plain?.id},"num":-1`);
});
