import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { gmt8 } from '../src/taobao/gmt8.ts';
import { startWithClient } from './seller.ts';

const NOW = Date.UTC(2026, 5, 15, 2, 0, 0);
const SIZE = 10;
let time = NOW;
let box: Awaited<ReturnType<typeof startWithClient>>;

beforeAll(async () => {
  box = await startWithClient({ clock: () => new Date(time) });
});
afterAll(() => box.stop());

/** Orders that changed in the minute at NOW; meanwhile some change again and leave that window. */
async function shopOfMovingOrders(shopId: string) {
  time = NOW;
  await box.control.putShop('tmall', shopId, { orders: 300 });
  const { ids } = await box.control.mutate('tmall', { shop_id: shopId, entity: 'orders', op: 'touch', count: 50 });
  const session = await box.session(shopId);
  time = NOW + 120_000;

  async function page(page_no: number): Promise<string[]> {
    const answer = await box.call('taobao.trades.sold.increment.get', session, {
      fields: 'tid',
      page_size: String(SIZE),
      page_no: String(page_no),
      start_modified: gmt8(NOW / 1_000),
      end_modified: gmt8(NOW / 1_000 + 60),
    });
    return [...answer.matchAll(/\{"tid":(\d+)/g)].map((found) => found[1] as string);
  }
  const change = (tid: string) =>
    box.control.mutate('tmall', { shop_id: shopId, entity: 'orders', op: 'update', ids: [tid] });
  return { ids, page, change };
}

test('a walk from the first page on loses rows when others change meanwhile', async () => {
  const { ids, page, change } = await shopOfMovingOrders('7001');
  const seen = new Set<string>();
  const changed: string[] = [];
  for (let page_no = 1; ; page_no += 1) {
    const found = await page(page_no);
    if (found.length === 0) break;
    found.forEach((tid) => seen.add(tid));
    changed.push(found[0] as string);
    await change(found[0] as string);
  }
  const lost = ids.filter((tid) => !seen.has(tid) && !changed.includes(tid));
  expect(changed.length).toBeGreaterThan(3);
  expect(lost.length).toBeGreaterThan(0);
});

test('a walk from the last page back loses none', async () => {
  const { ids, page, change } = await shopOfMovingOrders('7002');
  const seen = new Set<string>();
  const changed: string[] = [];
  for (let page_no = ids.length / SIZE; page_no >= 1; page_no -= 1) {
    (await page(page_no)).forEach((tid) => seen.add(tid));
    for (const from of [1, page_no]) {
      const tid = (await page(from))[0];
      if (tid === undefined) continue;
      changed.push(tid);
      await change(tid);
    }
  }
  // What changed is in the next window; nothing else may be missing.
  expect(ids.filter((tid) => !seen.has(tid) && !changed.includes(tid))).toEqual([]);
  expect(changed.length).toBeGreaterThan(3);
});
