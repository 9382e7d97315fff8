import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { gmt8 } from '../src/taobao/gmt8.ts';
import { startWithClient } from './seller.ts';

const NOW = Date.UTC(2026, 5, 15, 2, 30, 0);
const FIELDS = 'tid,oid,num_iid,role,nick,result,created,rated_nick,item_title,item_price,content,reply';
let box: Awaited<ReturnType<typeof startWithClient>>;
let session: string;

beforeAll(async () => {
  box = await startWithClient({ clock: () => new Date(NOW) });
  await box.control.putShop('tmall', '6201', { products: 50, orders: 600, reviews: 300, seed: 3 });
  session = await box.session('6201');
});
afterAll(() => box.stop());

interface Rate {
  tid: string;
  oid: string;
  num_iid: string;
  result: string;
  created: string;
  item_title: string;
  content: string;
  reply?: string;
}

const ask = (business: Record<string, string> = {}) =>
  box.call('taobao.traderates.get', session, { fields: FIELDS, rate_type: 'get', role: 'buyer', ...business });
const oidsIn = (answer: string) => [...answer.matchAll(/"oid":(\d+)/g)].map((found) => found[1] as string);

async function rates(business: Record<string, string> = {}): Promise<Rate[]> {
  const answer = await ask({ page_size: '150', ...business });
  const parsed = JSON.parse(answer.replace(/:(\d{16,})/g, ':"$1"')) as {
    traderates_get_response: { trade_rates?: { trade_rate: Rate[] } };
  };
  return parsed.traderates_get_response.trade_rates?.trade_rate ?? [];
}

const all = async () => [...(await rates()), ...(await rates({ page_no: '2' }))];

describe('reviews', () => {
  test('are exactly the truth, newest first, and span a day', async () => {
    const found = await all();
    const { items, total } = await box.control.truthItems('tmall', '6201', 'reviews');
    expect(total).toBe(300);
    expect(found.map(({ oid }) => oid).toSorted()).toEqual(items.map(({ id }) => id).toSorted());
    const created = found.map((rate) => rate.created);
    expect(created).toEqual(created.toSorted().reverse());
    expect(created[0]).toBe(gmt8(NOW / 1_000 - 5_400));
    expect(created.at(-1)?.slice(0, 10)).not.toBe(created[0]?.slice(0, 10));
    expect(items.every(({ id }) => BigInt(id) > 2n ** 53n)).toBe(true);
  });

  test('are of lines of finished orders of the shop', async () => {
    for (const rate of (await rates()).slice(0, 20)) {
      const trade = await box.call('taobao.trade.fullinfo.get', session, {
        fields: 'status,end_time,orders.oid,orders.num_iid,orders.title',
        tid: rate.tid,
      });
      expect(trade).toContain('TRADE_FINISHED');
      expect(trade).toContain(`"oid":${rate.oid},"num_iid":${rate.num_iid},"title":"${rate.item_title}"`);
    }
  });

  test('come by result, order, line, product and window', async () => {
    const found = await all();
    for (const result of ['good', 'neutral', 'bad']) {
      const expected = found.filter((rate) => rate.result === result).map(({ oid }) => oid);
      expect(expected.length).toBeGreaterThan(3);
      const answered = [...(await rates({ result })), ...(await rates({ result, page_no: '2' }))];
      expect(answered.map(({ oid }) => oid)).toEqual(expected);
    }
    const several = found.find((rate) => !rate.oid.endsWith('0')) as Rate;
    expect((await rates({ tid: several.tid })).length).toBeGreaterThan(1);
    expect((await rates({ tid: several.oid })).map(({ oid }) => oid)).toEqual([several.oid]);
    const ofItem = found.filter((rate) => rate.num_iid === several.num_iid);
    expect(await rates({ num_iid: several.num_iid })).toEqual(ofItem);
    const since = await rates({ start_date: several.created, end_date: several.created });
    expect(since).toContainEqual(several);
    expect(since.every((rate) => rate.created === several.created)).toBe(true);
  });

  test('that the shop wrote, or got from sellers, there are none of', async () => {
    for (const sides of [
      { rate_type: 'give', role: 'seller' },
      { rate_type: 'get', role: 'seller' },
    ])
      expect(await ask(sides)).toMatch(/^\{"traderates_get_response":\{"total_results":0,"request_id":"[^"]+"\}\}$/);
  });

  test('tell with use_has_next whether there is more, and no total', async () => {
    expect(await ask({ use_has_next: 'true', page_size: '150' })).toContain('"has_next":true');
    const last = await ask({ use_has_next: 'true', page_size: '150', page_no: '2' });
    expect(last).toContain('"has_next":false');
    expect(last).not.toContain('total_results');
  });

  test('beyond the orders of the shop are of orders it no longer shows', async () => {
    await box.control.putShop('taobao', '6202', { reviews: 40 });
    const { total } = await box.control.truth('taobao', '6202', 'reviews');
    expect(total).toBe(40);
  });
});

test('an update changes content and answer, and only the truth knows when', async () => {
  const before = (await rates()).at(-1) as Rate;
  const ids = [before.oid];
  const { updated_at } = await box.control.mutate('tmall', {
    shop_id: '6201',
    entity: 'reviews',
    op: 'update',
    ids,
  });
  const after = (await rates({ tid: before.oid }))[0] as Rate;
  expect(after.content).not.toBe(before.content);
  expect(after.reply).toBeDefined();
  expect([after.created, after.result]).toEqual([before.created, before.result]);
  const row = (await box.control.truthItems('tmall', '6201', 'reviews')).items.find(({ id }) => id === before.oid);
  expect(row?.updated_at).toBe(updated_at);
});

test('created reviews are new, deleted ones gone', async () => {
  const target = { shop_id: '6201', entity: 'reviews' } as const;
  const { ids } = await box.control.mutate('tmall', { ...target, op: 'create', count: 5 });
  expect(oidsIn(await ask({ start_date: gmt8(NOW / 1_000) })).toSorted()).toEqual(ids.toSorted());
  await box.control.mutate('tmall', { ...target, op: 'delete', ids: ids.slice(0, 2) });
  expect(oidsIn(await ask({ start_date: gmt8(NOW / 1_000) })).toSorted()).toEqual(ids.slice(2).toSorted());
  expect((await box.control.truth('tmall', '6201', 'reviews')).total).toBe(303);
});
