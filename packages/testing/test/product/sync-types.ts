import { describe, expect, test } from '@jest/globals';
import { until } from '@crossdock/stack/until';
import { connect, type Connected, type Platform } from '../../src/e2e/shops.ts';
import { records, sha256OfIds, SYNC_TYPES, sync, type SyncedRecord, type SyncType } from '../../src/e2e/syncs.ts';
import type { World } from '../../src/e2e/world.ts';
import { changesTold } from './expected.ts';
import { expectRecord } from './record-shapes.ts';

const DAY_MS = 86_400_000;

/** What a kind says of money, by the row's id, where the platform counts it up too. */
const AMOUNT: Partial<Record<SyncType, (row: SyncedRecord) => unknown>> = {
  products: (row) => (row['price'] as { amount: string }).amount,
  orders: (row) => (row['total'] as { amount: string }).amount,
};

/** Each kind of record on each platform, beside what the platform itself says it has. */
export function syncTypes(world: () => World): void {
  describe.each(['tmall', 'taobao'] as const)('on %s', (platform) => {
    let shop: Connected;

    test('a platform names what it can sync, and a shop syncs all of it at once', async () => {
      const { admin } = world();
      const types: { platform: Platform; supported_sync_types: string[] }[] = (await admin.get('/types')).body.data;
      const named = types.find((type) => type.platform === platform);
      expect(named?.supported_sync_types).toEqual(['products', 'orders', 'inventory', 'reviews']);

      shop = await connect(world(), { products: 40, orders: 40, reviews: 15 }, admin, platform);
      const tasks = await Promise.all(SYNC_TYPES.map((type) => sync(admin, shop.id, 'full', type)));
      for (const [index, type] of SYNC_TYPES.entries()) {
        const { total } = await world().platform.truth(platform, shop.shopId, type);
        expect([type, tasks[index]]).toMatchObject([
          type,
          { sync_type: type, status: 'completed', reason: null, progress: { total, synced: total, failed: 0 } },
        ]);
        await expectInStep(type);
      }
      expect((await admin.get(`/${shop.id}/livestream`)).body.data).toMatchObject({ items: [], total: 0 });
    });

    test('every record has its kind’s fields, typed, with the platform’s own amounts and times', async () => {
      const { admin } = world();
      for (const type of SYNC_TYPES) {
        const truth = (await world().platform.truthItems(platform, shop.shopId, type)).items;
        const known = new Map(truth.map((item) => [item.id, item]));
        for (const row of await records(admin, shop.id, type)) {
          expectRecord(type, row);
          const item = known.get(row.external_id);
          // Of a review the platform tells only when it was written.
          if (type !== 'reviews') expect(Date.parse(row.source_updated_at)).toBe(Date.parse(item?.updated_at ?? ''));
          const amount = AMOUNT[type]?.(row);
          if (amount !== undefined) expect([row.external_id, amount]).toEqual([row.external_id, item?.amount]);
        }
      }
      const items = await records(admin, shop.id, 'products');
      const stocks = items.flatMap((item) => {
        const skus = item['skus'] as { sku_id: string }[];
        return skus.length === 0 ? [item.external_id] : skus.map((sku) => sku.sku_id);
      });
      expect((await records(admin, shop.id, 'inventory')).map((row) => row.external_id).toSorted()).toEqual(
        stocks.toSorted(),
      );
    });

    test('the statistics count products, and orders of the last 30 days', async () => {
      const { admin } = world();
      const orders = await records(admin, shop.id, 'orders');
      const young = orders.filter((order) => Date.parse(order['created_at'] as string) > Date.now() - 30 * DAY_MS);
      expect(young.length).toBeGreaterThan(0);
      expect(young.length).toBeLessThan(orders.length);
      await until(
        async () => {
          const { stats } = (await admin.get(`/${shop.id}`)).body.data;
          return stats.total_products === 40 && stats.total_orders_30d === young.length;
        },
        { timeoutMs: 60_000, what: `40 products and ${young.length} orders in the statistics` },
      );
    });

    // In this order: what changes a stock also touches its item.
    test.each(['reviews', 'orders', 'products', 'inventory'] as const)(
      'of %s an incremental sync tells what is new and changed, a full one also what is gone',
      async (type) => {
        const { admin } = world();
        // Level with what the kinds before have changed.
        await sync(admin, shop.id, 'full', type);
        const created = await change('create', type, 3);
        const updated = await change('update', type, 4);
        const incremental = await sync(admin, shop.id, 'incremental', type);
        expect(incremental).toMatchObject({ status: 'completed', mode: 'incremental', progress: { failed: 0 } });
        const news = told('created', created);
        // The platform lists reviews by when they were written: a change shows in a full sync.
        const changes = told(
          'updated',
          updated.filter((id) => !created.includes(id)),
        );
        expect(await toldBy(incremental.task_id)).toEqual(
          (type === 'reviews' ? news : [...news, ...changes]).toSorted(),
        );

        const gone = await change('delete', type, 2);
        const full = await sync(admin, shop.id, 'full', type);
        expect(full).toMatchObject({ status: 'completed', reason: null, progress: { failed: 0 } });
        const late = type === 'reviews' ? changes.filter((text) => !gone.some((id) => text.endsWith(id))) : [];
        const ends = (await toldBy(full.task_id)).filter((text) => !late.includes(text));
        expect(ends.filter((text) => text.startsWith('deleted'))).toEqual(told('deleted', gone).toSorted());
        await expectInStep(type);
      },
    );

    const change = async (op: 'create' | 'update' | 'delete', entity: SyncType, count: number) =>
      (await world().platform.mutate(platform, { shop_id: shop.shopId, entity, op, count })).ids;

    const told = (op: string, ids: string[]) => ids.map((id) => `${op} ${id}`);

    async function toldBy(taskId: string): Promise<string[]> {
      const events = await changesTold(world().stack, shop.id, taskId);
      const changes: { external_id: string; op: string }[] = events
        .filter(({ data }) => data.task_id === taskId)
        .flatMap(({ data }) => data.changes);
      return changes.map(({ external_id, op }) => `${op} ${external_id}`).toSorted();
    }

    async function expectInStep(type: SyncType): Promise<void> {
      const rows = await records(world().admin, shop.id, type);
      const truth = await world().platform.truth(platform, shop.shopId, type);
      expect([type, rows.length, sha256OfIds(rows)]).toEqual([type, truth.total, truth.sha256]);
    }
  });
}
