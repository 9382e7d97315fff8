import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { failureOf, sessionOn, walk } from './adapter-contract.ts';
import { type TaobaoWorld, taobaoWorld } from './taobao-world.ts';

const DAY_MS = 86_400_000;
const sku = (id: string, quantity: string, more = '') =>
  `{"sku_id":${id},"outer_id":"S-${id}","quantity":${quantity},"status":"normal"${more}}`;

describe('Tmall inventory', () => {
  let world: TaobaoWorld;
  let product: string;
  beforeEach(async () => {
    world = await taobaoWorld('tmall', 'inventory');
    const [, whole] = world.put(2, new Date(world.clock.ms - DAY_MS)) as [string, string];
    product = whole;
  });
  afterEach(async () => world[Symbol.asyncDispose]());
  const skus = (...texts: string[]) => world.change(product, { skus: `{"sku":[${texts.join(',')}]}` });
  const rowsOfProduct = async () =>
    (await walk(world, sessionOn(world))).rows.filter((row) => row.externalId !== `5712345678901230000`);
  const ask = (id: string, productId: string | null) =>
    world.source.byIds(sessionOn(world), [{ id, productId, orderId: null }]);

  test('of a product without skus is its own', async () => {
    expect(await rowsOfProduct()).toEqual([
      {
        externalId: product,
        updatedAt: new Date(world.clock.ms - DAY_MS),
        fields: { product_id: product, sku_id: null, outer_id: 'SPU-1', quantity: 120, reserved: null },
        hash: expect.stringMatching(/^[\w-]{22}$/),
        problem: null,
      },
    ]);
  });

  test('of a product with skus is one row each, counted as it is found', async () => {
    skus(sku('11', '3', ',"with_hold_quantity":2'), sku('12', '0'), '{"sku_id":13,"quantity":9,"status":"delete"}');
    const { rows, pages } = await walk(world, sessionOn(world));
    expect(rows.slice(0, 2).map(({ externalId, fields }) => ({ externalId, fields }))).toEqual([
      {
        externalId: '11',
        fields: { product_id: product, sku_id: '11', outer_id: 'S-11', quantity: 3, reserved: 2 },
      },
      {
        externalId: '12',
        fields: { product_id: product, sku_id: '12', outer_id: 'S-12', quantity: 0, reserved: null },
      },
    ]);
    expect(pages.map((page) => page.total)).toEqual([3]);
  });

  test('that cannot be is told of its sku alone', async () => {
    skus(
      sku('11', '-1'),
      sku('12', '1.5'),
      sku('13', '"7"'),
      sku('14', '7'),
      sku('15', '1000000000'),
      sku('null', '1'),
    );
    expect((await rowsOfProduct()).map((row) => [row.externalId, row.problem?.code, row.problem?.field])).toEqual([
      ['11', 'INVALID_FIELD', 'quantity'],
      ['12', 'INVALID_FIELD', 'quantity'],
      ['13', 'INVALID_FIELD', 'quantity'],
      ['14', undefined, undefined],
      ['15', 'INVALID_FIELD', 'quantity'],
      [expect.stringMatching(/^\?/), 'MISSING_ID', 'external_id'],
    ]);
  });

  test('of a product whose skus are no list is told once, under the product', async () => {
    world.change(product, { skus: '[]' });
    expect(await rowsOfProduct()).toMatchObject([
      { externalId: product, problem: { code: 'INVALID_FIELD', field: 'skus' } },
    ]);
  });

  test('is asked for by its product', async () => {
    skus(sku('11', '3'), sku('12', '0'));
    expect(await ask('12', product)).toEqual([expect.objectContaining({ externalId: '12', problem: null })]);
    expect(await ask('99', product)).toEqual([]);
    expect(await ask(product, product)).toEqual([]);
    expect(await ask('12', '712345678901239999')).toEqual([]);
  });

  test('is not called unknown beside a sku without an id', async () => {
    skus(sku('11', '3'), sku('null', '1'));
    expect(await ask('99', product)).toMatchObject([{ externalId: '99', problem: { code: 'MISSING_ID' } }]);
  });

  test('of no known product is asked for as a product, then as a sku', async () => {
    expect(await ask(product, null)).toMatchObject([{ externalId: product, fields: { quantity: 120 } }]);
    const unknown = '{"error_response":{"code":15,"msg":"Remote service error","sub_code":"isv.sku-not-exist"}}';
    const found = `{"item_sku_get_response":{"sku":${sku('11', '3', `,"num_iid":${product},"modified":"2026-01-14 10:30:00"`)}}}`;
    world.answerBy(({ method, sku_id: id }) =>
      method === 'taobao.item.sku.get' ? (id === '11' ? found : unknown) : null,
    );
    expect(await ask('99', null)).toEqual([]);
    skus(sku('11', '3'));
    const [alone] = await ask('11', null);
    expect(alone).toMatchObject({ externalId: '11', fields: { product_id: product, quantity: 3 }, problem: null });
    const [listed] = await ask('11', product);
    expect(alone?.hash).toBe(listed?.hash);
  });

  test('is not taken for gone when the app or the session is refused', async () => {
    for (const error of [
      { code: 29, msg: 'Invalid app Key', sub_code: 'isv.appkey-not-exists' },
      { code: 27, msg: 'Invalid session', sub_code: 'isv.session-not-exists' },
    ]) {
      const refused = JSON.stringify({ error_response: error });
      world.answerBy(({ method }) => (method === 'taobao.item.sku.get' ? refused : null));
      expect(await failureOf(ask('99', null))).toMatchObject({ code: `${error.code}/${error.sub_code}` });
    }
  });
});
