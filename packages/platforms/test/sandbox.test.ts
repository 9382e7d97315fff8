import { describe, expect, test } from '@jest/globals';
import { failureOf, openGate, walk } from './adapter-contract.ts';
import { sandboxShop } from './sandbox-shop.ts';
import type { OrderFields, ProductFields, RecordRef, SourceRow } from '../src/index.ts';
import type { Entity } from './taobao-world.ts';

const ENTITIES: Entity[] = ['products', 'orders', 'inventory', 'reviews'];
const ROWS = { products: 230, orders: 230, reviews: 330 };
const HOUR_MS = 3_600_000;

type Fields = Record<string, string | null>;
const refOf = ({ externalId, fields }: SourceRow): RecordRef => {
  const { product_id: productId = null, order_id: orderId = null } = fields as unknown as Fields;
  return { id: externalId, productId, orderId };
};
const idsOf = (rows: SourceRow[]) => [...new Set(rows.map((row) => row.externalId))].toSorted();
const amountOf = ({ fields }: SourceRow): string | undefined =>
  ((fields as OrderFields).total ?? (fields as ProductFields).price)?.amount;

/** The adapters and the sandbox know nothing of each other: what both read in the protocol must be the same. */
describe.each(['tmall', 'taobao'] as const)('the adapter of %s meets the sandbox', (platform) => {
  test.each(ENTITIES)('and reads of its %s exactly what it holds', async (entity) => {
    await using shop = await sandboxShop(platform, ROWS);
    const source = shop.sourceOf(entity);
    const { rows } = await walk({ source, now: shop.now }, shop.session());
    const truth = await shop.control.truthItems(platform, shop.shopId, entity);
    expect(rows.flatMap((row) => row.problem ?? [])).toEqual([]);
    expect(idsOf(rows)).toEqual(truth.items.map(({ id }) => id).toSorted());
    const held = new Map(truth.items.map((item) => [item.id, item]));
    for (const row of rows) {
      const { updated_at: updatedAt, amount } = held.get(row.externalId)!;
      if (entity !== 'reviews') expect(row.updatedAt).toEqual(new Date(updatedAt));
      if (amount !== undefined) expect(amountOf(row)).toBe(amount);
    }
    const again = await source.byIds(shop.session(), rows.slice(0, 45).map(refOf));
    expect(new Map(again.map((row) => [row.externalId, row]))).toEqual(
      new Map(rows.slice(0, 45).map((row) => [row.externalId, row])),
    );
  });

  test.each(ENTITIES)('and sees new, changed, deleted and invalid %s', async (entity) => {
    await using shop = await sandboxShop(platform, ROWS);
    const source = shop.sourceOf(entity);
    const { rows: before } = await walk({ source, now: shop.now }, shop.session());
    const mutate = async (op: 'create' | 'update' | 'delete', count: number) =>
      (await shop.control.mutate(platform, { shop_id: shop.shopId, entity, op, count })).ids;
    const since = new Date(shop.now().getTime() - 60_000);

    const created = await mutate('create', 3);
    const updated = await mutate('update', 3);
    const changed = (await walk({ source, now: shop.now }, shop.session(), since)).rows;
    const listed = entity === 'reviews' ? created : [...created, ...updated];
    expect(idsOf(changed)).toEqual(expect.arrayContaining(listed));

    const known = new Map(before.map((row) => [row.externalId, row]));
    const changedIds = updated.filter((id) => known.has(id));
    const after = await source.byIds(
      shop.session(),
      changedIds.map((id) => refOf(known.get(id)!)),
    );
    expect(idsOf(after)).toEqual(changedIds.toSorted());
    for (const row of after) expect(row.hash).not.toBe(known.get(row.externalId)!.hash);

    const deleted = (await mutate('delete', 3)).filter((id) => known.has(id));
    const asked = deleted.map((id) => refOf(known.get(id)!));
    expect(await source.byIds(shop.session(), asked)).toEqual([]);

    const poisoned = before.find(
      ({ externalId }) => ![...created, ...updated, ...deleted].includes(externalId),
    )!.externalId;
    await shop.control.addFault({ platform, kind: 'poison_row', value: poisoned });
    const { rows } = await walk({ source, now: shop.now }, shop.session());
    const truth = await shop.control.truthItems(platform, shop.shopId, entity);
    expect(idsOf(rows)).toEqual(truth.items.map(({ id }) => id).toSorted());
    expect(rows.filter((row) => row.problem !== null).map((row) => row.externalId)).toEqual([poisoned]);
  });

  test.each(ENTITIES)('and loses none of its %s that move while it walks', async (entity) => {
    await using shop = await sandboxShop(platform, { products: 450, orders: 350, reviews: 450 });
    const source = shop.sourceOf(entity);
    const truth = await shop.control.truthItems(platform, shop.shopId, entity);
    let calls = 0;
    const gate = openGate();
    const take = async () => {
      calls += 1;
      if (calls % 2 === 0 && calls < 20)
        await shop.control.mutate(platform, { shop_id: shop.shopId, entity, op: 'touch', count: 5 });
      return gate.take();
    };
    const { rows } = await walk({ source, now: shop.now }, shop.session({ call: { ...gate, take } }));
    expect(idsOf(rows)).toEqual(truth.items.map(({ id }) => id).toSorted());
  });

  test.each(ENTITIES)(
    'and asks for no %s by ids that it refuses, which would fail those beside them',
    async (entity) => {
      await using shop = await sandboxShop(platform, { products: 5, orders: 5, reviews: 5 });
      const source = shop.sourceOf(entity);
      const [row] = (await walk({ source, now: shop.now }, shop.session())).rows as [SourceRow];
      const foreign = ['9223372036854775808', '9999999999999999999', '10000000000000000000', '7a'];
      const refs = foreign.map((id): RecordRef => ({ id, productId: null, orderId: null }));
      expect(idsOf(await source.byIds(shop.session(), [...refs, refOf(row)]))).toEqual([row.externalId]);
    },
  );

  test('and is told whose account it is, and what kind', async () => {
    await using shop = await sandboxShop(platform, {});
    const account = await shop.adapter.probe(shop.session());
    expect(account).toMatchObject({ accountId: shop.shopId, accountName: shop.grant.accountName });
    expect(shop.adapter.accepts(account)).toBe(true);
    const renewed = await shop.adapter.refresh({
      config: shop.config,
      refreshToken: shop.grant.refreshToken!,
      now: shop.now,
    });
    expect(renewed).toMatchObject({ accountId: shop.shopId });
  });

  test.each([
    ['rate_limited', 7, { failure: 'RATE_LIMITED', retryAfterMs: 7_000 }],
    ['status', 503, { failure: 'RETRYABLE' }],
    ['status', 429, { failure: 'RATE_LIMITED' }],
    ['malformed', undefined, { failure: 'RETRYABLE' }],
    ['reset', undefined, { failure: 'RETRYABLE' }],
    ['token_expired', undefined, { failure: 'AUTH_EXPIRED' }],
  ] as const)('and classes its %s %p', async (kind, value, expected) => {
    await using shop = await sandboxShop(platform, { orders: 5 });
    await shop.control.addFault({ platform, kind, ...(value === undefined ? {} : { value }) });
    const source = shop.sourceOf('orders');
    expect(await failureOf(walk({ source, now: shop.now }, shop.session()))).toMatchObject(expected);
  });

  test('and waits for its shop that is frozen', async () => {
    await using shop = await sandboxShop(platform, { orders: 5 });
    await shop.control.putShop(platform, shop.shopId, { frozen: true });
    const source = shop.sourceOf('orders');
    expect(await failureOf(walk({ source, now: shop.now }, shop.session()))).toMatchObject({ failure: 'SHOP_CLOSED' });
  });

  test('and follows its clock', async () => {
    await using shop = await sandboxShop(platform, { orders: 5 });
    await shop.control.moveClock({ advance_ms: HOUR_MS });
    const source = shop.sourceOf('orders');
    expect((await walk({ source, now: shop.now }, shop.session())).rows).toHaveLength(5);
    const { ids } = await shop.control.mutate(platform, {
      shop_id: shop.shopId,
      entity: 'orders',
      op: 'create',
      count: 1,
    });
    const since = new Date(shop.now().getTime() - 60_000);
    expect(idsOf((await walk({ source, now: shop.now }, shop.session(), since)).rows)).toEqual(
      expect.arrayContaining(ids),
    );
  });
});
