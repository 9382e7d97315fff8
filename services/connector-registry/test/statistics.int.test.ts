import { type DataOf, syncCompleted } from '@crossdock/contracts';
import { newId } from '@crossdock/kernel';
import { until } from '@crossdock/testing';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { newShop, type Registry, startRegistry } from './registry.ts';

let registry: Registry;

beforeAll(async () => {
  registry = await startRegistry({ quotas: 'demo:1000' });
});

afterAll(() => registry.stop());

const completed = (connectorId: string, minute: number, changes: Partial<DataOf<typeof syncCompleted>> = {}) =>
  syncCompleted.create({
    tenantId: 'demo',
    source: 'test',
    data: {
      task_id: newId(),
      connector_id: connectorId,
      platform: 'tmall',
      sync_type: 'products',
      mode: 'full',
      status: 'completed',
      progress: { total: 1, synced: 1, failed: 0, skipped: 0 },
      totals: { products: minute, orders_30d: 7 },
      reason: null,
      started_at: `2026-03-14T10:${minute}:00.000Z`,
      completed_at: `2026-03-14T10:${minute}:45.000Z`,
      duration_seconds: 45,
      ...changes,
    },
  });

const statistics = async (id: string) => (await registry.get('demo', id)).statistics!;

test('show the last ended sync, however often and in what order its events come', async () => {
  const { id, version, revision } = await registry.connect('demo', newShop());
  const [older, newer] = [completed(id, 10), completed(id, 20)];
  const queued = completed(id, 30, { status: 'cancelled', started_at: null, duration_seconds: null });
  const last = completed(id, 40, { status: 'failed' });
  await registry.bus.publish([newer, older, newer, newer, older, queued]);
  await registry.bus.publish([last]);
  await until(async () => (await statistics(id)).lastSyncStatus === 'failed');
  expect(await statistics(id)).toEqual({
    totalProducts: 40,
    totalOrders30d: 7,
    lastSyncAt: new Date('2026-03-14T10:40:00Z'),
    lastSyncStatus: 'failed',
    lastSyncDurationSeconds: 45,
  });
  const after = await registry.get('demo', id);
  expect(after).toMatchObject({ version, revision });
  expect(after.nextSyncAt!.getTime()).toBeGreaterThanOrEqual(Date.parse('2026-03-14T10:55:00Z'));
  expect((await registry.stored(id))?.seen).toEqual([newer.id, last.id]);
});

test('single records and late deletions change the totals and are no sync, however often they are told', async () => {
  const { id } = await registry.connect('demo', newShop());
  const deletions = completed(id, 50, { scope: 'deletions' });
  await registry.bus.publish([completed(id, 20), deletions, deletions]);
  await until(async () => (await statistics(id)).totalProducts === 50);
  expect((await statistics(id)).lastSyncAt).toEqual(new Date('2026-03-14T10:20:00Z'));
  await registry.bus.publish([deletions, completed(id, 55)]);
  await until(async () => (await statistics(id)).totalProducts === 55);
});

test('a late deletion told before the sync that held it back keeps its totals, and the sync is shown all the same', async () => {
  const { id } = await registry.connect('demo', newShop());
  await registry.bus.publish([completed(id, 50, { scope: 'deletions' }), completed(id, 40)]);
  await until(async () => (await statistics(id)).lastSyncStatus === 'success');
  expect(await statistics(id)).toMatchObject({ totalProducts: 50, lastSyncAt: new Date('2026-03-14T10:40:00Z') });
});

test('an event of a deleted connector is over, one that comes before its connector waits for it', async () => {
  const { connector } = await registry.create('demo', newShop());
  await registry.connectors.deleteConnector({ id: connector.id, ifRevision: undefined }, registry.as('demo'));
  const living = await registry.connect('demo', newShop());
  await registry.bus.publish([completed(connector.id, 11), completed(living.id, 12)]);
  await until(async () => (await statistics(living.id)).totalProducts === 12);
  expect((await statistics(connector.id)).lastSyncAt).toBeUndefined();
});
