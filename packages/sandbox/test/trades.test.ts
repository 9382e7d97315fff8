import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { gmt8 } from '../src/taobao/gmt8.ts';
import { startWithClient } from './seller.ts';

const NOW = Date.UTC(2026, 5, 15, 2, 30, 0);
const NOW_S = NOW / 1_000;
const DAY_S = 86_400;
const SOLD = 'taobao.trades.sold.get';
const INCREMENT = 'taobao.trades.sold.increment.get';

let time = NOW;
let box: Awaited<ReturnType<typeof startWithClient>>;
let session: string;

beforeAll(async () => {
  box = await startWithClient({ clock: () => new Date(time) });
  await box.control.putShop('tmall', '6001', { products: 200, orders: 800, seed: 42 });
  session = await box.session('6001');
});
afterAll(() => box.stop());

const tidsIn = (answer: string) => [...answer.matchAll(/\{"tid":(\d+)/g)].map((found) => found[1] as string);
const totalIn = (answer: string) => Number(/"total_results":(\d+)/.exec(answer)?.[1]);
const page = (method: string, business: Record<string, string>, as = session) =>
  box.call(method, as, { fields: 'tid', ...business });
const window = (from: number, to: number) => ({ start_modified: gmt8(from), end_modified: gmt8(to) });

async function walk(business: Record<string, string> = {}): Promise<string[]> {
  const tids: string[] = [];
  for (let page_no = 1; ; page_no += 1) {
    const answer = await page(SOLD, { ...business, page_size: '100', page_no: String(page_no), use_has_next: 'true' });
    tids.push(...tidsIn(answer));
    if (!answer.includes('"has_next":true')) return tids;
  }
}

interface TradeRow {
  tid_str: string;
  status: string;
  payment: string;
  total_fee: string;
  created: string;
  modified: string;
  pay_time?: string;
  receiver_name: string;
  orders: { order: { oid_str: string; num: number; price: string; sku_id?: string; outer_iid: string }[] };
}

async function rows(business: Record<string, string> = {}): Promise<TradeRow[]> {
  const fields = 'tid_str,status,payment,total_fee,created,modified,pay_time,receiver_name,orders';
  const answer = await box.call(SOLD, session, { fields, page_size: '100', ...business });
  const parsed = JSON.parse(answer) as { trades_sold_get_response: { trades: { trade: TradeRow[] } } };
  return parsed.trades_sold_get_response.trades.trade;
}

describe('orders by the time they were made', () => {
  test('are exactly the truth, newest first', async () => {
    const tids = await walk();
    const { items, total } = await box.control.truthItems('tmall', '6001', 'orders');
    expect(total).toBe(800);
    expect(tids.toSorted()).toEqual(items.map((item) => item.id).toSorted());
    const created = (await rows()).map((row) => row.created);
    expect(created).toEqual(created.toSorted().reverse());
  });

  test('have ids above 2^53, lie within 80 days and are at least an hour old', async () => {
    const { items } = await box.control.truthItems('tmall', '6001', 'orders');
    expect(items.every((item) => BigInt(item.id) > 2n ** 53n)).toBe(true);
    expect(Math.max(...items.map((item) => Date.parse(item.updated_at)))).toBeLessThanOrEqual(NOW - 3_600_000);
    const oldest = await rows({ page_no: '8' });
    expect(oldest.at(-1)?.created).toBe(gmt8(Math.floor(NOW_S / 3_600) * 3_600 - 3_600 - 80 * DAY_S));
  });

  test('add up, are masked, know when they were paid, and are of many kinds', async () => {
    const all = (await Promise.all([1, 2, 3, 4].map((n) => rows({ page_no: String(n) })))).flat();
    for (const row of all) {
      const cents = row.orders.order.reduce((sum, line) => sum + Math.round(Number(line.price) * 100) * line.num, 0);
      expect(row.payment).toBe((cents / 100).toFixed(2));
      expect(row.receiver_name).toMatch(/^.\*\*$/);
      expect(row.pay_time === undefined).toBe(/WAIT_BUYER_PAY|CLOSED_BY_TAOBAO/.test(row.status));
      expect(row.modified >= (row.pay_time ?? row.created)).toBe(true);
    }
    expect(new Set(all.map((row) => row.status)).size).toBeGreaterThanOrEqual(8);
    expect(all.some((row) => row.orders.order.length > 1)).toBe(true);
    const lines = all.flatMap((row) => row.orders.order);
    expect(lines.some((line) => line.sku_id === undefined)).toBe(true);
    expect(lines.some((line) => /^4\d{18}$/.test(line.sku_id ?? ''))).toBe(true);
    expect(new Set(lines.map((line) => line.oid_str)).size).toBe(lines.length);
  });

  test('name products and SKUs of the shop, and tell their amount to the truth', async () => {
    const stock = (await box.control.truthItems('tmall', '6001', 'inventory')).items.map((item) => item.id);
    const answer = await box.call(SOLD, session, { fields: 'orders.num_iid,orders.sku_id', page_size: '100' });
    const named = [...answer.matchAll(/"num_iid":(\d+)(?:,"sku_id":"(\d+)")?/g)].map(([, item, sku]) => sku ?? item);
    expect(named.length).toBeGreaterThan(100);
    expect(named.every((id) => stock.includes(id ?? ''))).toBe(true);
    const amounts = new Map(
      (await box.control.truthItems('tmall', '6001', 'orders')).items.map(({ id, amount }) => [id, amount]),
    );
    for (const row of await rows()) expect(amounts.get(row.tid_str)).toBe(row.payment);
  });

  test('come by window and status', async () => {
    const from = NOW_S - 20 * DAY_S;
    const some = await walk({ start_created: gmt8(from), end_created: gmt8(from + 10 * DAY_S) });
    expect(some.length).toBeGreaterThan(10);
    expect(some.length).toBeLessThan(400);
    const waiting = await rows({ status: 'WAIT_SELLER_SEND_GOODS' });
    expect(new Set(waiting.map((row) => row.status))).toEqual(new Set(['WAIT_SELLER_SEND_GOODS']));
    const closed = await rows({ status: 'ALL_CLOSED' });
    expect(new Set(closed.map((row) => row.status))).toEqual(new Set(['TRADE_CLOSED', 'TRADE_CLOSED_BY_TAOBAO']));
    expect(await page(SOLD, { type: 'auction' })).toContain('"total_results":0');
  });

  test('older than three months are not shown', async () => {
    await box.control.putShop('tmall', '6002', { orders: 50 });
    const other = await box.session('6002');
    time = NOW + 60 * DAY_S * 1_000;
    const shown = totalIn(await page(SOLD, {}, other));
    time = NOW;
    expect(shown).toBeGreaterThan(0);
    expect(shown).toBeLessThan(50);
  });
});

describe('one order', () => {
  test('comes in full, its lines whole or by field, and is unknown to another shop', async () => {
    const [tid] = await walk();
    const full = await box.call('taobao.trade.fullinfo.get', session, { fields: 'tid,orders', tid: tid ?? '' });
    expect(full).toMatch(/^\{"trade_fullinfo_get_response":\{"trade":\{"tid":2\d{18},"orders":\{"order":\[\{"oid":\d+/);
    const some = await box.call('taobao.trade.fullinfo.get', session, {
      fields: 'tid,orders.num,orders.oid',
      tid: tid ?? '',
      simplify: 'true',
    });
    expect(some).toMatch(/^\{"trade":\{"tid":2\d{18},"orders":\[\{"num":\d,"oid":\d{19}\}/);
    await box.control.putShop('taobao', '6003', { orders: 5 });
    const other = await box.session('6003');
    const foreign = await box.call('taobao.trade.fullinfo.get', other, { fields: 'tid', tid: tid ?? '' });
    expect(foreign).toContain('"code":15');
    expect(foreign).toContain('isv.trade-not-exist');
  });
});

describe('orders by the time they changed', () => {
  test('are found after a mutation, whose update moves their status on', async () => {
    const [first] = await rows({ status: 'WAIT_BUYER_PAY' });
    const ids = [first?.tid_str ?? ''];
    time = NOW + 1_000;
    await box.control.mutate('tmall', { shop_id: '6001', entity: 'orders', op: 'update', ids });
    const answer = await box.call(INCREMENT, session, { fields: 'tid,status', ...window(NOW_S, NOW_S + 2) });
    expect(tidsIn(answer)).toEqual(ids);
    expect(answer).toContain('"status":"WAIT_SELLER_SEND_GOODS"');
    await box.control.mutate('tmall', { shop_id: '6001', entity: 'orders', op: 'touch', ids });
    const { ids: fresh } = await box.control.mutate('tmall', {
      shop_id: '6001',
      entity: 'orders',
      op: 'create',
      count: 3,
    });
    await box.control.mutate('tmall', { shop_id: '6001', entity: 'orders', op: 'delete', ids: fresh.slice(0, 1) });
    const after = await page(INCREMENT, window(NOW_S, NOW_S + 2));
    expect([totalIn(after), tidsIn(after).toSorted()]).toEqual([3, [...ids, ...fresh.slice(1)].toSorted()]);
    time = NOW;
  });

  test('tell with use_has_next whether there is more, and no total', async () => {
    const day = window(NOW_S - DAY_S, NOW_S);
    const total = totalIn(await page(INCREMENT, day));
    expect(total).toBeGreaterThan(5);
    const first = await page(INCREMENT, { ...day, page_size: String(total - 1), use_has_next: 'true' });
    expect(first).toContain('"has_next":true');
    expect(first).not.toContain('total_results');
    const last = await page(INCREMENT, { ...day, page_size: String(total - 1), page_no: '2', use_has_next: 'true' });
    expect([tidsIn(last).length, last.includes('"has_next":false')]).toEqual([1, true]);
  });
});
