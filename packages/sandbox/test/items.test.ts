import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startWithClient } from './seller.ts';

const DETAIL = 'num_iid,title,approve_status,price,num,outer_id,cid,pic_url,item_imgs,skus,modified';

let box: Awaited<ReturnType<typeof startWithClient>>;
let session: string;

beforeAll(async () => {
  box = await startWithClient();
  await box.control.putShop('tmall', '3001', { products: 1_000, seed: 42 });
  session = await box.session('3001');
});
afterAll(() => box.stop());

const idsIn = (answer: string) => [...answer.matchAll(/\{"num_iid":(\d+)/g)].map((found) => found[1] as string);
const totalIn = (answer: string) => Number(/"total_results":(\d+)/.exec(answer)?.[1]);

async function walk(method: string, business: Record<string, string> = {}): Promise<string[]> {
  const ids: string[] = [];
  for (let page = 1; ; page += 1) {
    const found = idsIn(
      await box.call(method, session, {
        fields: 'num_iid,modified',
        page_size: '100',
        page_no: String(page),
        ...business,
      }),
    );
    if (found.length === 0) return ids;
    ids.push(...found);
  }
}

test('on sale and warehouse together are exactly the truth', async () => {
  const [onSale, warehouse] = [await walk('taobao.items.onsale.get'), await walk('taobao.items.inventory.get')];
  const { items, total } = await box.control.truthItems('tmall', '3001');
  expect(total).toBe(1_000);
  expect([...onSale, ...warehouse].sort()).toEqual(items.map((item) => item.id).sort());
  expect(warehouse.length).toBeGreaterThan(150);
});

test('a page past the end has the total and no list', async () => {
  const answer = await box.call('taobao.items.onsale.get', session, { fields: 'num_iid', page_no: '400' });
  expect(totalIn(answer)).toBeGreaterThan(700);
  expect(answer).not.toContain('"items"');
});

test('an oldest-first walk is the newest-first walk backwards', async () => {
  const newest = await walk('taobao.items.onsale.get');
  expect(await walk('taobao.items.onsale.get', { order_by: 'modified:asc' })).toEqual(newest.toReversed());
});

test('a row that changes between two pages moves to the front of the list', async () => {
  await box.control.putShop('tmall', '3002', { products: 50 });
  const other = await box.session('3002');
  const page = async () =>
    idsIn(await box.call('taobao.items.onsale.get', other, { fields: 'num_iid', page_size: '10' }));
  const last = (await page())[9] as string;
  await box.control.mutate('tmall', { shop_id: '3002', entity: 'products', op: 'update', ids: [last] });
  expect((await page())[0]).toBe(last);
});

test('the modified window finds what a mutation changed', async () => {
  await box.control.putShop('tmall', '3003', { products: 200 });
  const other = await box.session('3003');
  const { ids, updated_at } = await box.control.mutate('tmall', {
    shop_id: '3003',
    entity: 'products',
    op: 'touch',
    count: 20,
  });
  const start_modified = new Date(Date.parse(updated_at) + 28_800_000).toISOString().slice(0, 19).replace('T', ' ');
  const found = await Promise.all(
    ['taobao.items.onsale.get', 'taobao.items.inventory.get'].map((method) =>
      box.call(method, other, { fields: 'num_iid', start_modified, end_modified: start_modified }),
    ),
  );
  expect(found.flatMap(idsIn).sort()).toEqual(ids.sort());
});

test('a detail has skus, pictures and digits beyond 2^53; ids of nobody are silently missing', async () => {
  const [first, second] = await walk('taobao.items.onsale.get');
  const answer = await box.call('taobao.items.seller.list.get', session, {
    fields: DETAIL,
    num_iids: `${first},1,${second}`,
  });
  expect(idsIn(answer)).toEqual([first, second]);
  const parsed = JSON.parse(answer) as {
    items_seller_list_get_response: {
      items: { item: { skus: { sku: { price: string }[] }; price: string; item_imgs: { item_img: object[] } }[] };
    };
  };
  const item = parsed.items_seller_list_get_response.items.item[0];
  expect(item?.skus.sku[0]?.price).toBe(item?.price);
  expect(item?.price).toMatch(/^\d+\.\d\d$/);
  expect(item?.item_imgs.item_img).toHaveLength(2);
  expect(await box.call('taobao.items.seller.list.get', session, { fields: DETAIL, num_iids: '1' })).not.toContain(
    '"items"',
  );
});

test('a detailed row weighs about a kilobyte', async () => {
  const ids = (await walk('taobao.items.onsale.get')).slice(0, 20);
  const answer = await box.call('taobao.items.seller.list.get', session, { fields: DETAIL, num_iids: ids.join(',') });
  const bytes = Buffer.byteLength(answer) / 20;
  expect(bytes).toBeGreaterThan(900);
  expect(bytes).toBeLessThan(1_100);
});

test('skus come alone by product', async () => {
  const [first] = await walk('taobao.items.onsale.get');
  const answer = await box.call('taobao.item.skus.get', session, {
    fields: 'sku_id,num_iid,quantity',
    num_iids: first ?? '',
  });
  expect(answer).toMatch(
    /^\{"item_skus_get_response":\{"skus":\{"sku":\[\{"sku_id":4\d{18},"num_iid":\d{18},"quantity":\d+\}/,
  );
});

test('the simple form leaves out root and inner wrappers', async () => {
  const answer = await box.call('taobao.items.onsale.get', session, {
    fields: 'num_iid',
    page_size: '1',
    simplify: 'true',
  });
  expect(answer).toMatch(/^\{"total_results":\d+,"items":\[\{"num_iid":\d{18}\}\],"request_id":"[^"]+"\}$/);
});

test('of a large list only the first 20,000 rows are within reach', async () => {
  await box.control.putShop('tmall', '3004', { products: 30_000 });
  const other = await box.session('3004');
  const page = (page_no: string) =>
    box.call('taobao.items.onsale.get', other, { fields: 'num_iid', page_size: '200', page_no });
  expect(idsIn(await page('100'))).toHaveLength(200);
  expect(await page('101')).toContain('"code":41');
});
