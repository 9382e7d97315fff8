import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { RecordedRequest } from '@crossdock/sandbox';
import { until } from '@crossdock/stack/until';
import { connect, type Connected } from '../../src/e2e/shops.ts';
import { ended, products, sha256OfIds, startSync, sync, taskOf, waiting } from '../../src/e2e/syncs.ts';
import type { World } from '../../src/e2e/world.ts';
import { eventsOf } from './expected.ts';

/** What a platform may do to its callers, and how a sync lives through it. */
export function platformFaults(world: () => World): void {
  let hanging: { shop: Connected; taskId: string };

  const callsOf = ({ appKey }: Connected) => world().platform.requests({ platform: 'tmall', match: appKey });
  const at = ({ at: time }: RecordedRequest) => Date.parse(time);

  async function expectInStep({ id, shopId }: Connected): Promise<void> {
    const rows = await products(world().admin, id);
    expect({ total: rows.length, sha256: sha256OfIds(rows) }).toEqual(await world().platform.truth('tmall', shopId));
  }

  beforeAll(async () => {
    // A call without an answer takes a while to be given up: the last test looks what became of it.
    const shop = await connect(world());
    await world().platform.addFault({ platform: 'tmall', kind: 'timeout', match: shop.appKey });
    hanging = { shop, taskId: await startSync(world().admin, shop.id) };
  });

  afterAll(() => world().platform.clearFaults());

  test.each([
    ['an answer of 502', { kind: 'status', value: 502 }],
    ['an answer of 500', { kind: 'status', value: 500 }],
    ['half an answer', { kind: 'malformed' }],
    ['a reset', { kind: 'reset' }],
    ['a lost answer', { kind: 'drop_after_commit' }],
    ['slow answers', { kind: 'latency', value: 300 }],
  ] as const)('a sync lives through %s and stores everything', async (_what, fault) => {
    const shop = await connect(world());
    await world().platform.addFault({ platform: 'tmall', match: shop.appKey, after: 1, times: 2, ...fault });
    expect(await sync(world().admin, shop.id)).toMatchObject({
      status: 'completed',
      reason: null,
      progress: { total: 30, synced: 30, failed: 0 },
    });
    expect((await callsOf(shop)).filter(({ outcome }) => outcome === 'fault')).toHaveLength(2);
    await expectInStep(shop);
  });

  test.each([1, 3])('after a rate limit of %p s no call is made before it is over', async (value) => {
    const { admin, platform } = world();
    const shop = await connect(world(), { orders: 40 });
    await platform.addFault({ platform: 'tmall', kind: 'rate_limited', match: shop.appKey, value });
    expect(await sync(admin, shop.id, 'full', 'orders')).toMatchObject({
      status: 'completed',
      progress: { synced: 40 },
    });
    const calls = await callsOf(shop);
    const refused = calls.findIndex(({ outcome }) => outcome === 'rate_limited');
    const early = calls.slice(refused + 1).filter((call) => at(call) - at(calls[refused]!) < value * 1_000);
    expect(early).toEqual([]);
    expect(calls.filter(({ outcome }) => outcome === 'rate_limited')).toHaveLength(1);
  });

  test('a long rate limit shows when the task goes on, and a second trigger does not break it', async () => {
    const { admin, platform } = world();
    const shop = await connect(world(), { orders: 40 });
    await platform.addFault({ platform: 'tmall', kind: 'rate_limited', match: shop.appKey, value: 600 });
    const taskId = await startSync(admin, shop.id, 'full', 'orders');
    await waiting(admin, shop.id, taskId, 'rate_limited');
    const [refusal] = (await callsOf(shop)).filter(({ outcome }) => outcome === 'rate_limited');
    const told = () =>
      until(
        async () => {
          const { status, reason, expected_start_at: start = '' } = await taskOf(admin, shop.id, taskId);
          // Both are shown to the second.
          return status === 'queued' && reason === 'rate_limited' && Date.parse(start) - at(refusal!) > 598_000;
        },
        { timeoutMs: 60_000, what: 'a task that says when it goes on' },
      );
    await told();
    expect((await admin.post(`/${shop.id}/sync/orders`, { mode: 'full' })).body.data).toMatchObject({
      task_id: taskId,
      deduplicated: true,
    });
    await told();
    await admin.post(`/${shop.id}/sync/tasks/${taskId}/cancel`);
    expect((await ended(admin, shop.id, taskId)).status).toBe('cancelled');
    expect((await callsOf(shop)).at(-1)).toEqual(refusal);
  });

  test('a closed shop parks its task without failing it, is called once a try, and a second trigger goes on where it opens', async () => {
    const { admin, platform, stack } = world();
    const shop = await connect(world(), { orders: 40 });
    await platform.putShop('tmall', shop.shopId, { frozen: true });
    const taskId = await startSync(admin, shop.id, 'full', 'orders');
    const task = await waiting(admin, shop.id, taskId, 'shop_closed');
    expect(task.expected_start_at).toBeDefined();
    const refusals = async () => (await callsOf(shop)).filter(({ outcome }) => outcome === 'refused');
    expect(await refusals()).toHaveLength(1);
    const told = async () => (await admin.get(`/${shop.id}`)).body.data;
    await until(async () => (await told()).status_reason === 'shop_closed', { what: 'the reason of the connector' });
    expect(await told()).toMatchObject({ status: 'running', status_reason_detail: { who: 'merchant', action: null } });
    expect((await admin.get(`/${shop.id}/health?refresh=true`)).body.data).toMatchObject({
      status: 'degraded',
      checks: { auth_valid: true, last_error: expect.any(String) },
    });

    await platform.putShop('tmall', shop.shopId, { frozen: false });
    await admin.post(`/${shop.id}/sync/orders`, { mode: 'full' });
    expect(await ended(admin, shop.id, taskId)).toMatchObject({ status: 'completed', progress: { synced: 40 } });
    await until(async () => (await told()).status_reason === null, { timeoutMs: 60_000, what: 'an open shop' });
    expect(await eventsOf(stack, 'connector.error', shop.id)).toEqual([]);
  });

  test('rows that move, come and go while they are read are not lost', async () => {
    const { admin, platform } = world();
    const shop = await connect(world(), { products: 400, latency_ms: 40 });
    const taskId = await startSync(admin, shop.id);
    const change = (op: 'touch' | 'create' | 'delete', count: number) =>
      platform.mutate('tmall', { shop_id: shop.shopId, entity: 'products', op, count });
    for (let task = await taskOf(admin, shop.id, taskId); task.completed_at === null;) {
      await change('touch', 30);
      await change('create', 2);
      await change('delete', 1);
      task = await taskOf(admin, shop.id, taskId);
    }
    expect(await ended(admin, shop.id, taskId)).toMatchObject({ status: 'completed', progress: { failed: 0 } });
    await platform.putShop('tmall', shop.shopId, { latency_ms: 0 });
    await sync(admin, shop.id, 'incremental');
    const stored = new Set((await products(admin, shop.id)).map(({ external_id }) => external_id));
    const { items } = await platform.truthItems('tmall', shop.shopId);
    expect(items.filter(({ id }) => !stored.has(id))).toEqual([]);
    await sync(admin, shop.id);
    await expectInStep(shop);
  });

  test('a call that is never answered is given up and made again', async () => {
    const { shop, taskId } = hanging;
    expect(await ended(world().admin, shop.id, taskId)).toMatchObject({
      status: 'completed',
      progress: { synced: 30 },
    });
    await expectInStep(shop);
  });
}
