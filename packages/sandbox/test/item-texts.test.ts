import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startWithClient } from './seller.ts';

const NOW = Date.UTC(2026, 5, 15, 2, 30, 0);
const SHOP = '5501';
const LIST_FIELDS =
  'num_iid,title,nick,type,cid,pic_url,approve_status,price,num,outer_id,modified,list_time,delist_time';
const DETAIL_FIELDS = `${LIST_FIELDS},created,with_hold_quantity,detail_url,skus,item_imgs`;
const SKU_FIELDS =
  'sku_id,num_iid,properties,properties_name,quantity,with_hold_quantity,price,outer_id,status,created,modified';

type Fields = Record<string, string>;

let time = NOW;
let box: Awaited<ReturnType<typeof startWithClient>>;
let session: string;

beforeAll(async () => {
  box = await startWithClient({ clock: () => new Date(time) });
  await box.control.putShop('tmall', SHOP, { products: 120, seed: 7 });
  session = await box.session(SHOP);
});
afterAll(() => box.stop());

const call = async (method: string, business: Fields) =>
  (await box.call(method, session, business)).replace(/"request_id":"[\w-]+"/, '"request_id":"r"');

const idsOf = async (entity: 'products' | 'inventory') =>
  (await box.control.truthItems('tmall', SHOP, entity)).items.map(({ id }) => id);

const mutate = (entity: 'products' | 'inventory', op: 'touch' | 'update' | 'delete' | 'create', count: number) =>
  box.control.mutate('tmall', { shop_id: SHOP, entity, op, count });

/** A digest of all that the shop's items answer, in the whole form and the simple one. */
async function everyText(): Promise<string> {
  const hash = createHash('sha256');
  const ids = await idsOf('products');
  for (const simplify of ['false', 'true']) {
    for (const method of ['taobao.items.onsale.get', 'taobao.items.inventory.get'])
      hash.update(await call(method, { fields: LIST_FIELDS, page_size: '200', simplify }));
    for (let at = 0; at < ids.length; at += 20) {
      const num_iids = ids.slice(at, at + 20).join(',');
      hash.update(await call('taobao.items.seller.list.get', { fields: DETAIL_FIELDS, num_iids, simplify }));
      hash.update(await call('taobao.item.skus.get', { fields: SKU_FIELDS, num_iids, simplify }));
    }
  }
  return hash.digest('hex').slice(0, 16);
}

const WITH_SKUS = [
  '{"num_iid":166246663145563150,"title":"经典复刻 亚麻修身短袖T恤 女通勤百搭 4号","nick":"官方旗舰店5501","type":"fixed","cid":50000436,',
  '"pic_url":"https://img.alicdn.com/i4/284mu5_1.jpg","approve_status":"onsale","price":"442.16","num":153,"outer_id":"SPU-0000004",',
  '"modified":"2026-05-21 16:10:58","list_time":"2025-12-14 03:30:50","delist_time":"2025-12-21 03:30:50","created":"2025-12-14 03:30:50",',
  '"with_hold_quantity":2,"detail_url":"https://item.taobao.com/item.htm?id=166246663145563150","skus":{"sku":[',
  '{"sku_id":4662466631455631500,"properties":"1627207:28323;20509:28383",',
  '"properties_name":"1627207:28323:颜色分类:卡其;20509:28383:尺码:S","quantity":92,"with_hold_quantity":1,"price":"442.16",',
  '"outer_id":"SPU-0000004-S","status":"normal","modified":"2026-05-21 16:10:58"},',
  '{"sku_id":4662466631455631501,"properties":"1627207:28323;20509:28384",',
  '"properties_name":"1627207:28323:颜色分类:卡其;20509:28384:尺码:M","quantity":61,"with_hold_quantity":1,"price":"444.16",',
  '"outer_id":"SPU-0000004-M","status":"normal","modified":"2026-05-21 16:10:58"}]},"item_imgs":{"item_img":[',
  '{"id":1662466631455631500,"url":"https://img.alicdn.com/i4/284mu5_1.jpg","position":0},',
  '{"id":1662466631455631501,"url":"https://img.alicdn.com/i4/13gmoh2_2.jpg","position":1}]}}',
].join('');

const WITHOUT_SKUS = [
  '{"num_iid":166246663123456789,"title":"2026春季新款 羊毛混纺直筒半身裙 女通勤百搭 1号","nick":"官方旗舰店5501","type":"fixed","cid":50011740,',
  '"pic_url":"https://img.alicdn.com/i1/hlk39a_1.jpg","approve_status":"instock","price":"345.75","num":0,"outer_id":"SPU-0000001",',
  '"modified":"2026-06-15 09:00:00","list_time":"2026-03-26 17:24:13","delist_time":"2026-04-02 17:24:13","created":"2026-03-26 17:24:13",',
  '"with_hold_quantity":0,"detail_url":"https://item.taobao.com/item.htm?id=166246663123456789","item_imgs":{"item_img":[',
  '{"id":1662466631234567890,"url":"https://img.alicdn.com/i1/hlk39a_1.jpg","position":0},',
  '{"id":1662466631234567891,"url":"https://img.alicdn.com/i1/180tjfv_2.jpg","position":1}]}}',
].join('');

test('an item with SKUs and one without are these texts', async () => {
  const num_iids = '166246663145563150,166246663123456789';
  expect(await call('taobao.items.seller.list.get', { fields: DETAIL_FIELDS, num_iids })).toBe(
    `{"items_seller_list_get_response":{"items":{"item":[${WITH_SKUS},${WITHOUT_SKUS}]},"request_id":"r"}}`,
  );
});

test('what all items answer stays the same, byte for byte, seeded, changed, poisoned and frozen', async () => {
  expect(await everyText()).toBe('5c2ee87dcf7e38b7');

  time += 3_600_000;
  for (const op of ['update', 'touch', 'delete', 'create'] as const) await mutate('products', op, 15);
  time += 60_000;
  for (const op of ['update', 'touch', 'delete', 'create'] as const) await mutate('inventory', op, 25);
  expect(await everyText()).toBe('1f75d20feff5d5be');

  for (const value of [...(await idsOf('products')).slice(0, 20), ...(await idsOf('inventory')).slice(0, 40)])
    await box.control.addFault({ platform: 'tmall', kind: 'poison_row', value });
  expect(await everyText()).toBe('33d19814d4e12080');

  await box.control.putShop('tmall', SHOP, { frozen: true });
  expect(await call('taobao.items.onsale.get', { fields: LIST_FIELDS })).toBe(
    '{"error_response":{"code":15,"msg":"Remote service error","sub_code":"isv.shop-closed","sub_msg":"店铺已关闭或被冻结","request_id":"r"}}',
  );
});
