import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Task } from '@crossdock/contracts/grpc/sync-orchestrator';
import { sha256Hex } from '@crossdock/kernel';
import { recordsOf, until } from '@crossdock/testing';
import { request } from 'undici';
import { startOrchestrator } from './orchestrator.ts';

const PRODUCTS = 450;
const demo = { tenant: 'demo', actor: 'user:1' };

let service: Awaited<ReturnType<typeof startOrchestrator>>;

beforeAll(async () => {
  service = await startOrchestrator(PRODUCTS);
}, 60_000);

afterAll(() => service[Symbol.asyncDispose]());

const start = (mode = 'full') =>
  service.sync.startSync(
    {
      connectorId: service.connectorId,
      syncType: 'products',
      mode,
      since: undefined,
      idempotencyKey: '',
      bodyHash: '',
    },
    demo,
  );

function ended(taskId: string) {
  return until<Task | undefined>(
    async () => {
      const { task } = await service.sync.getTask({ connectorId: service.connectorId, taskId }, demo);
      return ['queued', 'running'].includes(task!.status) ? undefined : task;
    },
    { timeoutMs: 60_000, what: 'the end of the task' },
  );
}

async function page(over: object = {}, context: { tenant: string } = demo) {
  const query = {
    connectorId: service.connectorId,
    entity: 'products',
    page: 1,
    pageSize: 100,
    cursor: '',
    updatedSince: undefined,
    q: '',
    includeDeleted: false,
  };
  return service.catalog.listRecords({ ...query, ...over }, context);
}

async function allIds(): Promise<string[]> {
  const ids: string[] = [];
  let cursor = '';
  do {
    const { items, nextCursor } = await page({ cursor });
    ids.push(...items.map(({ externalId }) => externalId));
    cursor = nextCursor;
  } while (cursor !== '');
  return ids;
}

test('a full sync over the wire stores exactly the shop and tells Kafka once', async () => {
  const { task, deduplicated } = await start();
  expect(deduplicated).toBe(false);
  expect(await ended(task!.id)).toMatchObject({
    status: 'completed',
    reason: '',
    progress: { total: PRODUCTS, synced: PRODUCTS, failed: 0, skipped: 0 },
  });
  const truth = await service.control.truth('tmall', '90001');
  const ids = await allIds();
  expect({ total: ids.length, sha256: sha256Hex(ids.toSorted().join('\n')) }).toEqual({
    total: truth.total,
    sha256: truth.sha256,
  });

  const completed = await until(async () => {
    const records = await recordsOf('sync.completed', service);
    return records.length > 0 && records;
  });
  expect(completed).toHaveLength(1);
  const changed = await recordsOf('records.changed', service);
  const told = changed.flatMap(
    ({ value }) => (JSON.parse(String(value)) as { changes: { external_id: string }[] }).changes,
  );
  expect(new Set(told.map(({ external_id }) => external_id)).size).toBe(PRODUCTS);
  expect(told).toHaveLength(PRODUCTS);
}, 40_000);

test('an incremental sync brings exactly what changed since', async () => {
  const { ids } = await service.control.mutate('tmall', {
    shop_id: '90001',
    entity: 'products',
    op: 'update',
    count: 7,
  });
  const { task } = await start('incremental');
  expect(await ended(task!.id)).toMatchObject({ status: 'completed', progress: { synced: 7, skipped: 0 } });
  const { items } = await page({ updatedSince: new Date(Date.now() - 60_000) });
  expect(items.map(({ externalId }) => externalId).toSorted()).toEqual(ids.toSorted());
});

test('products deleted at the platform are tombstoned by the next full sync and shown only on request', async () => {
  const { ids } = await service.control.mutate('tmall', {
    shop_id: '90001',
    entity: 'products',
    op: 'delete',
    count: 3,
  });
  const { task } = await start();
  expect(await ended(task!.id)).toMatchObject({ status: 'completed', progress: { total: PRODUCTS - 3 } });
  expect((await page()).total).toBe(PRODUCTS - 3);
  const { items } = await page({ includeDeleted: true, updatedSince: new Date(Date.now() - 60_000) });
  expect(
    items
      .filter(({ deletedAt }) => deletedAt !== undefined)
      .map(({ externalId }) => externalId)
      .toSorted(),
  ).toEqual(ids.toSorted());
}, 30_000);

test('a token the platform no longer takes fails the task with its reason and is reported at once', async () => {
  await service.control.addFault({ platform: 'tmall', kind: 'token_revoked', times: 1 });
  const { task } = await start();
  const failed = await ended(task!.id);
  expect(failed.status).toBe('failed');
  expect(['auth_expired', 'auth_revoked']).toContain(failed.reason);
  await until(() => service.reported.some(({ outcome }) => outcome.startsWith('AUTH_')));
});

test('another tenant sees neither task nor record', async () => {
  const other = { tenant: 'other', actor: 'user:2' };
  await expect(
    service.sync.startSync(
      {
        connectorId: service.connectorId,
        syncType: 'products',
        mode: 'full',
        since: undefined,
        idempotencyKey: '',
        bodyHash: '',
      },
      other,
    ),
  ).rejects.toMatchObject({ kind: 'not_found' });
  await expect(
    service.sync.listTasks(
      { connectorId: service.connectorId, syncType: '', status: '', page: 1, pageSize: 10 },
      other,
    ),
  ).rejects.toMatchObject({ kind: 'not_found' });
  await expect(page({}, other)).rejects.toMatchObject({ kind: 'not_found' });
});

test('the ops port names nothing missing', async () => {
  const { statusCode, body } = await request(`${service.opsAddress()}/readyz`);
  expect([statusCode, await body.text()]).toEqual([200, expect.any(String)]);
});

test('what is live, what ended, how platforms answered and how fast they may be called is told', async () => {
  const { task } = await start('incremental');
  await ended(task!.id);
  const told = (await (await fetch(`${service.opsAddress()}/metrics`)).text()).split('\n');
  const number = (name: string, labels: string) =>
    Number(told.find((line) => line.startsWith(`${name}{${labels}`))?.split(' ')[1]);
  expect(number('crossdock_sync_tasks_ended_total', 'status="completed",sync_type="products"')).toBeGreaterThan(0);
  expect(number('crossdock_platform_calls_total', 'platform="tmall",outcome="ok"')).toBeGreaterThan(0);
  expect(number('crossdock_platform_budget_calls_per_second', 'platform="tmall"')).toBeGreaterThan(0);
  expect(number('crossdock_platform_pause_seconds', 'platform="tmall"')).toBeGreaterThanOrEqual(0);
  expect(number('crossdock_outbox_oldest_age_seconds', 'collection="sync_tasks"')).toBeGreaterThanOrEqual(0);
});
