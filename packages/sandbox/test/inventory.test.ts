import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { gmt8 } from '../src/taobao/gmt8.ts';
import { startWithClient } from './seller.ts';

const NOW = Date.UTC(2026, 5, 15, 2, 30, 0);
const LATER = new Date(NOW + 5_000).toISOString();
let time = NOW;
let box: Awaited<ReturnType<typeof startWithClient>>;
let session: string;

beforeAll(async () => {
  box = await startWithClient({ clock: () => new Date(time) });
  await box.control.putShop('tmall', '6101', { products: 120, seed: 7 });
  session = await box.session('6101');
  time = NOW + 5_000;
});
afterAll(() => box.stop());

interface Sku {
  sku_id: string;
  quantity: number;
  with_hold_quantity: number;
  modified: string;
}

interface Item {
  num_iid: string;
  num: number;
  with_hold_quantity: number;
  modified: string;
  skus?: { sku: Sku[] };
}

/** Every item of the shop with its SKUs; ids are kept as texts. */
async function itemsOf(shopId = '6101', as = session): Promise<Item[]> {
  const ids = (await box.control.truthItems('tmall', shopId)).items.map((item) => item.id);
  const pages = Array.from({ length: Math.ceil(ids.length / 20) }, (_, n) => ids.slice(n * 20, n * 20 + 20));
  const answers = await Promise.all(
    pages.map((page) =>
      box.call('taobao.items.seller.list.get', as, {
        fields: 'num_iid,num,with_hold_quantity,modified,skus',
        num_iids: page.join(','),
      }),
    ),
  );
  return answers.flatMap((answer) => {
    const parsed = JSON.parse(answer.replace(/:(\d{16,})/g, ':"$1"')) as {
      items_seller_list_get_response: { items: { item: Item[] } };
    };
    return parsed.items_seller_list_get_response.items.item;
  });
}

const stockIds = (items: Item[]) =>
  items.flatMap((item) => item.skus?.sku.map((sku) => sku.sku_id) ?? [item.num_iid]).toSorted();
const truth = async (shopId = '6101') => (await box.control.truthItems('tmall', shopId, 'inventory')).items;
const mutate = async (op: 'touch' | 'update' | 'delete' | 'create', target: { count: number } | { ids: string[] }) =>
  (await box.control.mutate('tmall', { shop_id: '6101', entity: 'inventory', op, ...target })).ids;

/** An item that has two SKUs, and their ids. */
async function itemOfTwo() {
  for (const { num_iid, skus } of await itemsOf()) {
    const [one, other, third] = skus?.sku.map(({ sku_id }) => sku_id) ?? [];
    if (one !== undefined && other !== undefined && third === undefined) return { num_iid, one, other };
  }
  throw new Error('the shop has no item of two SKUs');
}

async function sku(id: string, extra: Record<string, string> = {}): Promise<string> {
  return box.call('taobao.item.sku.get', session, {
    fields: 'sku_id,num_iid,quantity,modified',
    sku_id: id,
    ...extra,
  });
}

describe('the stock of a shop', () => {
  test('is one row a SKU, or an item without SKUs', async () => {
    const items = await itemsOf();
    expect(stockIds(items)).toEqual((await truth()).map((row) => row.id).toSorted());
    const plain = items.filter((item) => item.skus === undefined);
    expect(plain.length).toBeGreaterThan(3);
    expect(plain.length).toBeLessThan(40);
    for (const item of items) {
      if (item.skus !== undefined)
        expect(item.num).toBe(item.skus.sku.reduce((sum, { quantity }) => sum + quantity, 0));
      for (const one of item.skus?.sku ?? [item]) expect(one.with_hold_quantity).toBeLessThanOrEqual(item.num);
    }
  });

  test('may be named alone, and is then exactly as large', async () => {
    for (const inventory of [1, 2, 57, 1_000]) {
      const shopId = `61-${inventory}`;
      await box.control.putShop('tmall', shopId, { inventory });
      expect((await box.control.truth('tmall', shopId, 'inventory')).total).toBe(inventory);
      expect(stockIds(await itemsOf(shopId, await box.session(shopId)))).toHaveLength(inventory);
    }
    await box.control.putShop('tmall', '61-57', { inventory: 60 });
    expect((await box.control.truth('tmall', '61-57', 'inventory')).total).toBe(60);
  });

  test('a SKU is asked for by its id, alone or with its item', async () => {
    const [item, other] = (await itemsOf()).filter(({ skus }) => skus !== undefined);
    const { sku_id, quantity } = (item as Item & { skus: { sku: [Sku] } }).skus.sku[0];
    const answer = await sku(sku_id, { num_iid: item?.num_iid ?? '' });
    expect(answer).toContain(
      `{"item_sku_get_response":{"sku":{"sku_id":${sku_id},"num_iid":${item?.num_iid},"quantity":${quantity},`,
    );
    expect(await sku(sku_id)).toContain(`"quantity":${quantity}`);
    expect(await sku(sku_id, { num_iid: other?.num_iid ?? '' })).toContain('isv.sku-not-exist');
  });
});

describe('a mutation of the inventory', () => {
  const modifiedOf = async (ids: string[]) => {
    const rows = new Map((await truth()).map((row) => [row.id, row.updated_at]));
    return ids.map((id) => rows.get(id));
  };
  const quantities = async () =>
    new Map(
      (await itemsOf()).flatMap((item) =>
        item.skus === undefined
          ? [[item.num_iid, item.num] as const]
          : item.skus.sku.map((one) => [one.sku_id, one.quantity] as const),
      ),
    );

  test('touch moves the time alone, update the quantity too, and the item tells of both', async () => {
    const before = await quantities();
    const touched = await mutate('touch', { count: 5 });
    expect(await quantities()).toEqual(before);
    const updated = await mutate('update', { count: 20 });
    const after = await quantities();
    for (const id of before.keys()) expect(after.get(id) !== before.get(id)).toBe(updated.includes(id));
    expect(await modifiedOf([...touched, ...updated])).toEqual(
      [...touched, ...updated].map(() => LATER.replace(/\.\d+/, '.000')),
    );
    const changed = (await itemsOf()).filter((item) => item.modified === gmt8((NOW + 5_000) / 1_000));
    expect(stockIds(changed)).toEqual(expect.arrayContaining(updated));
  });

  test('of one SKU leaves the time of its siblings', async () => {
    const { one, other: sibling } = await itemOfTwo();
    const before = await modifiedOf([sibling]);
    time += 7_000;
    await mutate('update', { ids: [one] });
    expect(await modifiedOf([sibling])).toEqual(before);
    expect(await modifiedOf([one])).toEqual([new Date(time).toISOString()]);
  });

  test('delete takes the SKU away, and the item with its last', async () => {
    const { num_iid, one, other: two } = await itemOfTwo();
    await mutate('delete', { ids: [one] });
    expect(await sku(one)).toContain('isv.sku-not-exist');
    expect(await sku(two)).toContain(two);
    await mutate('delete', { ids: [two] });
    const fields = { fields: 'num_iid', num_iid };
    expect(await box.call('taobao.item.seller.get', session, fields)).toContain('ITEM_NOT_FOUND');
  });

  test('create adds SKUs to items that have room, and items without SKUs beyond', async () => {
    const items = (await itemsOf()).length;
    const { length } = await truth();
    const added = await mutate('create', { count: 30 });
    expect([(await itemsOf()).length, (await truth()).length]).toEqual([items, length + 30]);
    expect(new Set(added).size).toBe(30);
    expect(await sku(added[0] ?? '')).toContain('"quantity"');
    await mutate('create', { count: 2_000 });
    expect(stockIds(await itemsOf())).toEqual((await truth()).map((row) => row.id).toSorted());
    expect((await truth()).length).toBe(length + 2_030);
  });
});
