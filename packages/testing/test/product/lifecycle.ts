import { expect, test } from '@jest/globals';
import { until } from '@crossdock/stack/until';
import { connect, connectorOf, openShop, type Connected } from '../../src/e2e/shops.ts';
import { ended, products, startSync, sync, SYNC_TYPES, taskOf, waiting } from '../../src/e2e/syncs.ts';
import type { World } from '../../src/e2e/world.ts';
import { eventsOf } from './expected.ts';

/** A connector's life beside its syncs: held, resumed, retimed, given other credentials, deleted. */
export function lifecycle(world: () => World): void {
  const detail = async (id: string) => (await world().admin.get(`/${id}`)).body.data;

  const item = async (id: string) =>
    (await world().admin.get('?page_size=100')).body.data.items.find((each: { id: string }) => each.id === id);

  async function authorize(id: string, shopId: string) {
    const { auth_url } = (await world().admin.post(`/${id}/authorize`)).body.data;
    return world().platform.authorize({ auth_url, shop_id: shopId });
  }

  test('a pause makes a running task wait and refuses triggers, a resume lets it go on to its end', async () => {
    const { admin, platform, stack } = world();
    const { id, shopId } = await connect(world(), { products: 2_000, latency_ms: 1_000 });
    const taskId = await startSync(admin, id);
    await until(async () => (await taskOf(admin, id, taskId)).status === 'running', { what: 'a running task' });
    const paused = await admin.post(`/${id}/pause`);
    expect([paused.status, paused.body.data]).toMatchObject([
      200,
      { status: 'connected', status_reason: 'paused', status_reason_detail: { who: 'merchant', action: 'resume' } },
    ]);
    expect((await admin.post(`/${id}/pause`)).body.data).toEqual(paused.body.data);
    expect((await item(id)).next_sync_at).toBe(null);
    await waiting(admin, id, taskId, 'paused');
    for (const type of SYNC_TYPES) {
      const refused = await admin.post(`/${id}/sync/${type}`, {});
      expect([refused.status, refused.body]).toEqual([
        409,
        { code: 'CONNECTOR_004', message: '连接器已暂停，请先恢复', data: null },
      ]);
    }
    await platform.putShop('tmall', shopId, { latency_ms: 0 });
    const resumed = await admin.post(`/${id}/resume`);
    expect([resumed.status, resumed.body.data]).toMatchObject([200, { status: 'connected', status_reason: null }]);
    expect(await ended(admin, id, taskId)).toMatchObject({
      status: 'completed',
      progress: { total: 2_000, synced: 2_000, failed: 0 },
    });
    expect(await products(admin, id)).toHaveLength(2_000);

    const audited = async () =>
      (await eventsOf(stack, 'audit.recorded', 'demo'))
        .filter(({ data }) => data.target === `connector/${id}` && /pause|resume/.test(data.action))
        .map(({ data }) => [data.action, data.after.status_reason]);
    await until(async () => (await audited()).length === 2, { what: 'both decisions in the audit' });
    expect(await audited()).toEqual([
      ['connector.pause', 'paused'],
      ['connector.resume', null],
    ]);
  });

  test('nothing is paused before it is authorised, and a consent does not resume what was paused', async () => {
    const { admin } = world();
    const shop = await openShop(world());
    const { id } = (await admin.post('', connectorOf(shop))).body.data;
    expect((await admin.post(`/${id}/pause`)).status).toBe(409);
    await authorize(id, shop.shopId);
    await admin.post(`/${id}/pause`);
    await authorize(id, shop.shopId);
    expect(await detail(id)).toMatchObject({ status: 'connected', status_reason: 'paused' });
    await admin.post(`/${id}/resume`);
    expect((await sync(admin, id)).status).toBe('completed');
  });

  test('the next sync is due one interval after the start of the last one, up to a minute later, whatever moved either', async () => {
    const { admin } = world();
    const { id } = await connect(world(), { orders: 5 });
    const due = async (minutes: number, lastSyncAt: string | null) => {
      const { last_sync_at, next_sync_at } = await until(async () => {
        const found = await item(id);
        return found.last_sync_at === lastSyncAt && found;
      });
      const late = Date.parse(next_sync_at) - Date.parse(last_sync_at) - minutes * 60_000;
      // Both are shown to the second.
      expect(late).toBeGreaterThan(-1_000);
      expect(late).toBeLessThan(61_000);
    };
    for (const type of ['products', 'orders'] as const) {
      const { started_at } = await sync(admin, id, 'incremental', type);
      await due(15, started_at);
    }
    const { last_sync_at } = await item(id);
    for (const minutes of [5, 43_200]) {
      expect((await admin.put(`/${id}`, { sync_interval_minutes: minutes })).status).toBe(200);
      await due(minutes, last_sync_at);
    }
  });

  test('a changed app secret disconnects until the merchant consents again, and says so', async () => {
    const { admin } = world();
    const { id, shopId } = await connect(world());
    const changed = await admin.put(`/${id}`, { config: { app_secret: 'another-secret' } });
    expect([changed.status, changed.body.data]).toMatchObject([
      200,
      {
        status: 'pending',
        status_reason: 'reauthorization_required',
        status_reason_detail: { action: 'authorize' },
        config: { shop_id: shopId },
      },
    ]);
    expect((await admin.post(`/${id}/sync/products`)).body.code).toBe('CONNECTOR_002');
    // The platform does not take the code from whom it does not know.
    expect((await authorize(id, shopId)).status).toBeGreaterThanOrEqual(400);
    expect(await detail(id)).toMatchObject({ status: 'pending' });
    await admin.put(`/${id}`, { config: { app_secret: 'sandbox-secret' } });
    expect((await authorize(id, shopId)).status).toBe(200);
    expect(await detail(id)).toMatchObject({ status: 'connected', status_reason: null });
    expect((await sync(admin, id)).status).toBe('completed');
  });

  test('another shop’s account, and a shop of the other platform behind the same gateway, are refused and change nothing', async () => {
    const { admin, platform } = world();
    const mine = await connect(world());
    const strange = await openShop(world());
    const before = await detail(mine.id);
    expect((await authorize(mine.id, strange.shopId)).status).toBeGreaterThanOrEqual(400);
    expect(await detail(mine.id)).toEqual(before);
    expect((await sync(admin, mine.id)).status).toBe('completed');

    for (const [own, other] of [
      ['tmall', 'taobao'],
      ['taobao', 'tmall'],
    ] as const) {
      const shop = await openShop(world(), {}, other);
      const { id, auth_url } = (await admin.post('', connectorOf({ ...shop, platform: own }))).body.data;
      const fresh = await detail(id);
      const end = await platform.authorize({ auth_url, shop_id: shop.shopId });
      expect([own, end.status >= 400]).toEqual([own, true]);
      expect(await detail(id)).toEqual(fresh);
      expect((await admin.post(`/${id}/sync/products`)).status).toBe(409);
    }
  });

  test('a delete ends every task of the connector, told once each, and leaves their history', async () => {
    const { admin, platform, stack } = world();
    const { id, shopId } = await connect(world(), { orders: 20 });
    const { task_id: earlier } = await sync(admin, id);
    await platform.putShop('tmall', shopId, { frozen: true });
    const live = [
      await startSync(admin, id, 'full', 'orders'),
      await startSync(admin, id, 'incremental', 'orders'),
      await startSync(admin, id),
    ];
    expect((await admin.delete(`/${id}`)).status).toBe(204);
    for (const taskId of live)
      expect(await ended(admin, id, taskId)).toMatchObject({ status: 'cancelled', reason: 'connector_deleted' });
    const told = async () =>
      (await eventsOf(stack, 'sync.completed', id)).map(({ data }) => `${data.task_id} ${data.status}`).toSorted();
    await until(async () => (await told()).length >= 4, { what: 'the ends of all tasks' });
    expect(await told()).toEqual([`${earlier} completed`, ...live.map((taskId) => `${taskId} cancelled`)].toSorted());
    expect((await admin.get(`/${id}/sync/tasks`)).body.data.total).toBe(4);
    expect(await products(admin, id)).toHaveLength(30);
    expect((await admin.get(`/${id}/sync/tasks/${earlier}/errors`)).status).toBe(200);
    const again: Connected['id'] = (
      await admin.post('', connectorOf({ platform: 'tmall', shopId, appKey: `sandbox-${shopId}` }))
    ).body.data.id;
    expect(again).not.toBe(id);
  });
}
