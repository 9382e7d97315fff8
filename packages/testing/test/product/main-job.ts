import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { until } from '@crossdock/stack/until';
import { connect } from '../../src/e2e/shops.ts';
import { ended, products, sha256OfIds, startSync, sync, taskOf } from '../../src/e2e/syncs.ts';
import { addEndpoint, signatures } from '../../src/e2e/webhooks.ts';
import type { World } from '../../src/e2e/world.ts';
import { changesTold, eventsOf, ISO_MS, UUID } from './expected.ts';

const SYNC_EVENTS = ['sync.completed', 'sync.failed'];

/** From the trigger to the webhook, seen from outside. */
export function mainJob(world: () => World): void {
  test('a full sync is told once in Kafka and once to each endpoint, signed both ways, and leaves exactly what the shop has', async () => {
    const { admin, platform, webhooks, stack } = world();
    const { id, shopId } = await connect(world(), { products: 260, latency_ms: 15 });
    const ours = await addEndpoint(admin, id, `${webhooks.url}/${id}/ours`, SYNC_EVENTS);
    const theirs = await addEndpoint(admin, id, `${webhooks.url}/${id}/theirs`, SYNC_EVENTS, 'a partner’s own secret');

    const seen: number[] = [];
    const taskId = await startSync(admin, id);
    const task = await ended(admin, id, taskId, { onLook: ({ progress }) => seen.push(progress.synced) });
    expect(task).toMatchObject({ status: 'completed', reason: null, mode: 'full' });
    expect(task.progress).toEqual({ total: 260, synced: 260, failed: 0, skipped: 0 });
    expect(seen).toEqual(seen.toSorted((a, b) => a - b));

    const arrived = (path: string) => webhooks.requests.filter((request) => request.path === `/${id}/${path}`);
    await until(() => arrived('ours').length > 0 && arrived('theirs').length > 0, { what: 'both webhooks' });
    const records = await eventsOf(stack, 'sync.completed', id);
    expect(records).toHaveLength(1);
    const { headers, data } = records[0]!;
    expect(headers).toEqual({
      'content-type': 'application/json',
      ce_specversion: '1.0',
      ce_id: expect.stringMatching(UUID),
      ce_type: 'sync.completed.v1',
      ce_source: expect.stringContaining('sync-orchestrator'),
      ce_subject: taskId,
      ce_time: expect.stringMatching(ISO_MS),
      ce_dataschema: expect.stringContaining('sync.completed.v1'),
      ce_tenantid: 'demo',
      traceparent: expect.stringMatching(/^00-[0-9a-f]{32}-[0-9a-f]{16}-0[01]$/),
    });
    expect(data).toEqual({
      task_id: taskId,
      connector_id: id,
      platform: 'tmall',
      sync_type: 'products',
      mode: 'full',
      status: 'completed',
      progress: task.progress,
      totals: { products: 260, orders_30d: 0 },
      reason: null,
      started_at: expect.stringMatching(ISO_MS),
      completed_at: expect.stringMatching(ISO_MS),
      duration_seconds: expect.any(Number),
    });

    for (const [path, secret] of Object.entries({ ours: ours.secret, theirs: theirs.secret })) {
      const requests = arrived(path);
      expect(requests).toHaveLength(1);
      const [request] = requests as [(typeof requests)[0]];
      expect(signatures(request, secret)).toEqual({ nolux: true, standard: true });
      expect(request.headers['webhook-id']).toBe(headers['ce_id']);
      expect(JSON.parse(request.body)).toEqual({
        id: headers['ce_id'],
        type: 'sync.completed',
        timestamp: headers['ce_time'],
        data,
      });
    }
    for (const { id: endpoint } of [ours, theirs]) {
      const path = `/${id}/webhooks/${endpoint}/deliveries`;
      const deliveries = await until(async () => {
        const { items } = (await admin.get(path)).body.data;
        return items[0]?.status === 'delivered' ? items : null;
      });
      expect(deliveries).toMatchObject([
        { event_id: headers['ce_id'], event_type: 'sync.completed', attempt_count: 1 },
      ]);
    }

    const synced = await products(admin, id);
    const truth = await platform.truth('tmall', shopId);
    expect({ total: synced.length, sha256: sha256OfIds(synced) }).toEqual(truth);
    const created = (await eventsOf(stack, 'records.changed', id)).flatMap((event) => event.data.changes);
    expect(
      created.every((change: { op: string; version: number }) => change.op === 'created' && change.version === 1),
    ).toBe(true);
    expect(sha256OfIds(created)).toBe(truth.sha256);
    expect(created).toHaveLength(260);
    expect(await eventsOf(stack, 'sync.requested', id)).toMatchObject([
      { data: { task_id: taskId, trigger: 'manual' } },
    ]);
  });

  test('the trace of the caller goes through answer, task, events, log and webhook, also where no spans are recorded', async () => {
    const { admin, webhooks, stack } = world();
    const { id } = await connect(world());
    await addEndpoint(admin, id, `${webhooks.url}/${id}/traced`, SYNC_EVENTS);
    const traceId = randomBytes(16).toString('hex');
    const answer = await admin.post(
      `/${id}/sync/products`,
      { mode: 'full' },
      { traceparent: `00-${traceId}-00f067aa0ba902b7-01` },
    );
    expect(answer.headers.get('traceparent')).toContain(traceId);
    const arrived = () => webhooks.requests.find(({ path }) => path === `/${id}/traced`);
    const webhook = await until(arrived, { what: 'the webhook' });
    expect(webhook.headers['traceparent']).toContain(traceId);
    for (const topic of ['sync.requested', 'records.changed', 'sync.completed']) {
      const [event] = await eventsOf(stack, topic, id);
      expect(event?.headers['traceparent']).toContain(traceId);
    }
    const lines = readFileSync(stack.logFile('sync-orchestrator'), 'utf8').split('\n');
    const line = lines.find((text) => text.includes('sync ended') && text.includes(id));
    expect(JSON.parse(line ?? '{}')).toMatchObject({ trace_id: traceId, request_id: answer.body.data.task_id });
  });

  test('a sync of what has not changed writes no row and tells of none', async () => {
    const { admin, stack } = world();
    const { id } = await connect(world(), { products: 120 });
    let last = await sync(admin, id);
    const before = await products(admin, id);
    // A row written again would carry another second.
    await until(() => Date.now() > Date.parse(before[0]!.synced_at) + 1_500, { what: 'the next second' });
    for (const mode of ['full', 'incremental'] as const) {
      last = await sync(admin, id, mode);
      expect(last.status).toBe('completed');
      expect(last.progress.skipped).toBe(last.progress.synced);
      if (mode === 'full') expect(last.progress).toEqual({ total: 120, synced: 120, failed: 0, skipped: 120 });
    }
    expect(await products(admin, id)).toEqual(before);
    const told = await changesTold(stack, id, last.task_id);
    expect(told.flatMap((event) => event.data.changes)).toHaveLength(120);
  });

  test('an incremental sync brings exactly what changed, a full one also what is gone', async () => {
    const { admin, platform, stack } = world();
    const { id, shopId } = await connect(world(), { products: 150 });
    await sync(admin, id);
    const change = (op: 'update' | 'create' | 'delete', count: number) =>
      platform.mutate('tmall', { shop_id: shopId, entity: 'products', op, count });
    const { ids: updated } = await change('update', 7);
    const { ids: made } = await change('create', 5);
    const told = async (taskId: string): Promise<string[]> => {
      const events = await changesTold(stack, id, taskId);
      const changes: { external_id: string; op: string }[] = events
        .filter(({ data }) => data.task_id === taskId)
        .flatMap(({ data }) => data.changes);
      return changes.map(({ external_id, op }) => `${op} ${external_id}`).toSorted();
    };

    const incremental = await sync(admin, id, 'incremental');
    expect(incremental).toMatchObject({
      status: 'completed',
      progress: { total: 12, synced: 12, failed: 0, skipped: 0 },
    });
    expect(await told(incremental.task_id)).toEqual(
      [...updated.map((each) => `updated ${each}`), ...made.map((each) => `created ${each}`)].toSorted(),
    );

    const { ids: gone } = await change('delete', 3);
    const full = await sync(admin, id);
    expect(full).toMatchObject({ status: 'completed', progress: { failed: 0 } });
    expect(await told(full.task_id)).toEqual(gone.map((each) => `deleted ${each}`).toSorted());
    const living = await products(admin, id);
    const truth = await platform.truth('tmall', shopId);
    expect({ total: living.length, sha256: sha256OfIds(living) }).toEqual(truth);
    const withDeleted = await products(admin, id, '&include_deleted=true');
    expect(withDeleted).toHaveLength(truth.total + 3);
    const tombstones = withDeleted.filter(({ deleted_at }) => deleted_at !== null);
    expect(tombstones.map(({ external_id }) => external_id).toSorted()).toEqual(gone.toSorted());
    for (const { status } of tombstones) expect(status).toBe('deleted');
  });

  test('a cancelled sync ends as cancelled, is told once in Kafka and to no endpoint', async () => {
    const { admin, webhooks, stack } = world();
    const { id } = await connect(world(), { products: 1_000, latency_ms: 150 });
    await addEndpoint(admin, id, `${webhooks.url}/${id}`, SYNC_EVENTS);
    const taskId = await startSync(admin, id);
    await until(async () => (await taskOf(admin, id, taskId)).status === 'running', { what: 'a running task' });

    const cancel = () => admin.post(`/${id}/sync/tasks/${taskId}/cancel`);
    const answers = await Promise.all([cancel(), cancel()]);
    expect(answers.map(({ status, body }) => [status, body.code, body.data.task_id])).toEqual([
      [200, 200, taskId],
      [200, 200, taskId],
    ]);
    const task = await ended(admin, id, taskId);
    expect(task).toMatchObject({ status: 'cancelled', reason: 'cancelled' });
    expect(task.progress.total).toBe(task.progress.synced + task.progress.failed);
    expect((await cancel()).body.data).toEqual(task);
    const told = await until(async () => {
      const records = await eventsOf(stack, 'sync.completed', id);
      return records.length > 0 && records;
    });
    expect(told).toMatchObject([{ data: { task_id: taskId, status: 'cancelled', reason: 'cancelled' } }]);
    const detail = await until(async () => {
      const { data } = (await admin.get(`/${id}`)).body;
      return data.stats.last_sync_status === 'cancelled' && data;
    });
    expect(detail.status).toBe('running');

    const next = await sync(admin, id, 'incremental');
    expect(next).toMatchObject({ status: 'completed', progress: { total: 1_000, synced: 1_000 } });
    const sent = () => webhooks.requests.filter(({ path }) => path === `/${id}`);
    await until(() => sent().length > 0);
    expect(sent().map(({ body }) => JSON.parse(body).data.task_id)).toEqual([next.task_id]);
  });

  test('a revoked authorisation fails the sync, is told as both what failed and why, and is healed by a new consent', async () => {
    const { admin, platform, webhooks } = world();
    const { id, shopId, appKey } = await connect(world(), { products: 200 });
    await addEndpoint(admin, id, `${webhooks.url}/${id}`, ['sync.failed', 'connector.disconnected', 'connector.error']);
    await platform.addFault({ platform: 'tmall', kind: 'token_revoked', match: appKey });
    const failed = await sync(admin, id);
    expect(failed).toMatchObject({ status: 'failed', reason: 'needs_authorization' });
    const sent = () => webhooks.requests.filter(({ path }) => path === `/${id}`).map(({ body }) => JSON.parse(body));
    await until(() => sent().length >= 2, { what: 'two webhooks' });
    expect(
      sent()
        .map(({ type }) => type as string)
        .toSorted(),
    ).toEqual(['connector.disconnected', 'sync.failed']);
    expect((await admin.get(`/${id}`)).body.data).toMatchObject({ status: 'error', status_reason: 'auth_revoked' });
    expect((await admin.get(`/${id}/health`)).body.data).toMatchObject({
      status: 'unhealthy',
      checks: { auth_valid: false },
    });
    const refused = await admin.post(`/${id}/sync/products`, {});
    expect([refused.status, refused.body.data]).toEqual([409, null]);

    const { auth_url } = (await admin.post(`/${id}/authorize`)).body.data;
    await platform.authorize({ auth_url, shop_id: shopId });
    expect(await sync(admin, id)).toMatchObject({ status: 'completed', progress: { synced: 200 } });
  });

  test('after a delete the connector is gone, its tasks and products stay, and the shop is free for another', async () => {
    const { admin, platform } = world();
    const { id, shopId, appKey } = await connect(world(), { products: 40 });
    const { task_id: taskId } = await sync(admin, id);
    const before = await products(admin, id);
    const gone = await admin.delete(`/${id}`);
    expect([gone.status, gone.text]).toEqual([204, '']);

    const missing = { code: 404, message: expect.any(String), data: null };
    for (const [method, path] of [
      ['get', `/${id}`],
      ['get', `/${id}/health`],
      ['delete', `/${id}`],
      ['post', `/${id}/sync/products`],
      ['post', `/${id}/authorize`],
    ] as const) {
      const answer = await admin[method](path);
      expect([method, path, answer.status, answer.body]).toEqual([method, path, 404, missing]);
    }
    expect((await admin.get(`/${id}/sync/tasks/${taskId}`)).body.data).toMatchObject({
      task_id: taskId,
      status: 'completed',
    });
    expect((await admin.get(`/${id}/sync/tasks`)).body.data).toMatchObject({ total: 1 });
    expect(await products(admin, id)).toEqual(before);

    const config = { app_key: appKey, app_secret: 'sandbox-secret', shop_id: shopId };
    const second = await admin.post('', { name: '第二个', platform: 'tmall', config, sync_interval_minutes: 15 });
    expect(second.status).toBe(201);
    await platform.authorize({ auth_url: second.body.data.auth_url, shop_id: shopId });
    expect(await sync(admin, second.body.data.id)).toMatchObject({ progress: { total: 40, synced: 40, skipped: 0 } });
  });
}
