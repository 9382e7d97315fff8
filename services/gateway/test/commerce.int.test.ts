import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { AppError } from '@crossdock/kernel';
import { at, connector, CONNECTOR_ID, task, TASK_ID, WEBHOOK_ID } from './samples.ts';
import { type Gateway, startGateway } from './start-gateway.ts';

let gate: Gateway;
beforeAll(async () => void (gate = await startGateway()));
afterAll(() => gate[Symbol.asyncDispose]());

const lastCall = () => gate.calls().at(-1);
const one = `/api/v1/connectors/${CONNECTOR_ID}`;

describe('connectors, as document 000 shows them', () => {
  test('the list', async () => {
    gate.script({ listConnectors: () => ({ items: [connector()], total: 3 }) });
    const answer = await gate.send('GET', '/api/v1/connectors');
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({
      code: 200,
      message: 'success',
      data: {
        items: [
          {
            id: CONNECTOR_ID,
            name: '天猫旗舰店',
            platform: 'tmall',
            status: 'running',
            status_reason: null,
            shop_name: '品牌官方旗舰店',
            last_sync_at: '2026-03-14T10:15:00Z',
            next_sync_at: '2026-03-14T10:30:00Z',
            sync_interval_minutes: 15,
            created_at: '2026-01-20T08:00:00Z',
          },
        ],
        total: 3,
        page: 1,
        page_size: 20,
        pages: 1,
      },
    });
    expect(lastCall()).toMatchObject({ method: 'listConnectors', request: { page: 1, pageSize: 20, status: '', platform: '' }, context: { tenant: 'demo', actor: 'user:1' } });
  });

  test('the list filtered and paged, with links to its neighbours', async () => {
    gate.script({ listConnectors: () => ({ items: [], total: 25 }) });
    const { body, headers } = await gate.send('GET', '/api/v1/connectors?page=2&page_size=10&status=pending&platform=tmall');
    expect(lastCall()?.request).toEqual({ page: 2, pageSize: 10, status: 'pending', platform: 'tmall' });
    expect(body.data).toMatchObject({ page: 2, page_size: 10, pages: 3 });
    expect(headers.get('link')).toBe(
      '</api/v1/connectors?page=3&page_size=10&status=pending&platform=tmall>; rel="next", </api/v1/connectors?page=1&page_size=10&status=pending&platform=tmall>; rel="prev"',
    );
  });

  test('a page past the end is an empty list that leads back', async () => {
    gate.script({ listConnectors: () => ({ items: [], total: 3 }) });
    const { status, body, headers } = await gate.send('GET', '/api/v1/connectors?page=9');
    expect([status, body.data.items, body.data.pages]).toEqual([200, [], 1]);
    expect(headers.get('link')).toBe('</api/v1/connectors?page=1>; rel="prev"');
  });

  const document = {
    name: '天猫旗舰店',
    platform: 'tmall',
    config: { app_key: 'your_app_key', app_secret: 'your_app_secret', shop_id: 'shop_123456' },
    sync_interval_minutes: 15,
  };

  test('the creation', async () => {
    const pending = connector({ status: 'pending', createdAt: at('2026-03-14T10:30:00Z') });
    gate.script({ createConnector: () => ({ connector: pending, authUrl: 'https://oauth.taobao.com/authorize?state=s' }) });
    const answer = await gate.send('POST', '/api/v1/connectors', { json: document });
    expect(answer.status).toBe(201);
    expect(answer.body).toEqual({
      code: 201,
      message: '连接器创建成功',
      data: {
        id: CONNECTOR_ID,
        name: '天猫旗舰店',
        platform: 'tmall',
        status: 'pending',
        auth_url: 'https://oauth.taobao.com/authorize?state=s',
        created_at: '2026-03-14T10:30:00Z',
      },
    });
    expect(lastCall()?.request).toEqual({ name: document.name, platform: 'tmall', config: document.config, syncIntervalMinutes: 15, idempotencyKey: '', bodyHash: '' });
  });

  test.each([
    ['quota', 403, 'QUOTA_003', '连接器数量已达订阅方案上限'],
    ['conflict', 409, 'CONNECTOR_001', '该平台店铺已存在连接器'],
  ] as const)('the refusal %s with its product code', async (kind, status, code, message) => {
    gate.script({ createConnector: () => Promise.reject(new AppError(kind, code, message)) });
    const answer = await gate.send('POST', '/api/v1/connectors', { json: document });
    expect([answer.status, answer.body]).toEqual([status, { code, message, data: null }]);
  });

  test('the refusal of fields by the service', async () => {
    const details = { 'config.app_key': ['不能为空'] };
    gate.script({ createConnector: () => Promise.reject(new AppError('invalid', 'VALIDATION', '参数校验失败', { details })) });
    const answer = await gate.send('POST', '/api/v1/connectors', { json: document });
    expect([answer.status, answer.body]).toEqual([422, { code: 422, message: '参数校验失败', data: { errors: details } }]);
  });

  const detail = {
    id: CONNECTOR_ID,
    name: '天猫旗舰店',
    platform: 'tmall',
    status: 'running',
    status_reason: null,
    shop_name: '品牌官方旗舰店',
    config: { app_key: 'your_***_key', shop_id: 'shop_123456', sync_interval_minutes: 15 },
    stats: {
      total_products: 1250,
      total_orders_30d: 8500,
      last_sync_at: '2026-03-14T10:15:00Z',
      last_sync_status: 'success',
      last_sync_duration_seconds: 45,
    },
    created_at: '2026-01-20T08:00:00Z',
    updated_at: '2026-03-14T10:15:00Z',
  };

  test('the detail, tagged with its revision', async () => {
    gate.script({ getConnector: () => ({ connector: connector() }) });
    const answer = await gate.send('GET', one);
    expect([answer.status, answer.body]).toEqual([200, { code: 200, message: 'success', data: detail }]);
    expect(Object.keys(answer.body.data)).toEqual(Object.keys(detail));
    expect(answer.headers.get('etag')).toBe('"3"');
  });

  test('what is not known yet is null, what was not counted zero', async () => {
    const fresh = connector({ status: 'pending', shopName: '', statistics: undefined, nextSyncAt: undefined });
    gate.script({ getConnector: () => ({ connector: fresh }), listConnectors: () => ({ items: [fresh], total: 1 }) });
    expect((await gate.send('GET', one)).body.data).toMatchObject({
      shop_name: null,
      stats: { total_products: 0, total_orders_30d: 0, last_sync_at: null, last_sync_status: null, last_sync_duration_seconds: null },
    });
    expect((await gate.send('GET', '/api/v1/connectors')).body.data.items[0]).toMatchObject({ last_sync_at: null, next_sync_at: null });
  });

  test('the update gives down only what was named and answers the detail', async () => {
    gate.script({ updateConnector: () => ({ connector: connector({ revision: 4 }) }) });
    const answer = await gate.send('PUT', one, { json: { name: '天猫旗舰店(更新)', sync_interval_minutes: 5 }, headers: { 'if-match': '"3"' } });
    expect([answer.status, answer.body, answer.headers.get('etag')]).toEqual([200, { code: 200, message: 'success', data: detail }, '"4"']);
    expect(lastCall()?.request).toEqual({ id: CONNECTOR_ID, name: '天猫旗舰店(更新)', syncIntervalMinutes: 5, config: {}, ifRevision: 3 });
    await gate.send('PUT', one, { json: { config: { app_key: 'new' } } });
    expect(lastCall()?.request).toEqual({ id: CONNECTOR_ID, name: undefined, syncIntervalMinutes: undefined, config: { app_key: 'new' }, ifRevision: undefined });
  });

  test.each(['"x"', 'W/"3"', '3', '"3", "4"'])('a tag we never gave is stale: %s', async (tag) => {
    const answer = await gate.send('PUT', one, { json: { name: 'n' }, headers: { 'if-match': tag } });
    expect([answer.status, answer.body]).toEqual([412, { code: 412, message: '资源已被修改，请刷新后重试', data: null }]);
  });

  test('the deletion has no body', async () => {
    gate.script({ deleteConnector: () => ({}) });
    const answer = await gate.send('DELETE', one);
    expect([answer.status, answer.text]).toEqual([204, '']);
    expect(lastCall()?.request).toEqual({ id: CONNECTOR_ID, ifRevision: undefined });
  });

  test('the health', async () => {
    gate.script({
      checkHealth: () => ({
        status: 'healthy',
        authValid: true,
        apiReachable: true,
        rateLimitOk: true,
        lastError: undefined,
        authExpiresAt: at('2026-06-20T08:00:00Z'),
        checkedAt: at('2026-03-14T10:30:00Z'),
      }),
    });
    const { body } = await gate.send('GET', `${one}/health?refresh=true`);
    expect(body).toEqual({
      code: 200,
      message: 'success',
      data: {
        connector_id: CONNECTOR_ID,
        status: 'healthy',
        checks: { auth_valid: true, api_reachable: true, rate_limit_ok: true, last_error: null },
        auth_expires_at: '2026-06-20T08:00:00Z',
        checked_at: '2026-03-14T10:30:00Z',
      },
    });
    expect(lastCall()?.request).toEqual({ id: CONNECTOR_ID, refresh: true });
  });

  test('the types', async () => {
    const field = (name: string, sensitive = false) => ({ name, required: true, sensitive });
    gate.script({
      listTypes: () => ({
        types: [
          {
            platform: 'tmall',
            displayName: '天猫',
            iconUrl: '/icons/tmall.svg',
            supportedSyncTypes: ['products', 'orders', 'inventory', 'reviews'],
            authType: 'oauth2',
            minSyncIntervalMinutes: 5,
            configFields: [field('app_key'), field('app_secret', true), field('shop_id')],
          },
        ],
      }),
    });
    expect((await gate.send('GET', '/api/v1/connectors/types')).body).toEqual({
      code: 200,
      message: 'success',
      data: [
        {
          platform: 'tmall',
          display_name: '天猫',
          icon_url: '/icons/tmall.svg',
          supported_sync_types: ['products', 'orders', 'inventory', 'reviews'],
          auth_type: 'oauth2',
          min_sync_interval_minutes: 5,
          config_schema: {
            app_key: { type: 'string', required: true },
            app_secret: { type: 'string', required: true, sensitive: true },
            shop_id: { type: 'string', required: true },
          },
        },
      ],
    });
    const icon = await gate.send('GET', '/icons/tmall.svg', { token: '' });
    expect([icon.status, icon.headers.get('content-type'), icon.text]).toEqual([200, 'image/svg+xml', expect.stringContaining('<svg')]);
  });

  test('a fresh authorize address', async () => {
    gate.script({ authorize: () => ({ authUrl: 'https://oauth.taobao.com/authorize?state=t' }) });
    const answer = await gate.send('POST', `${one}/authorize`);
    expect([answer.status, answer.body]).toEqual([200, { code: 200, message: 'success', data: { auth_url: 'https://oauth.taobao.com/authorize?state=t' } }]);
  });
});

describe('syncs', () => {
  const submitted = {
    task_id: TASK_ID,
    connector_id: CONNECTOR_ID,
    sync_type: 'products',
    mode: 'incremental',
    status: 'queued',
    created_at: '2026-03-14T10:30:00Z',
  };

  test('the trigger with the document’s body', async () => {
    gate.script({ startSync: () => ({ task: task({ status: 'queued' }), deduplicated: false }) });
    const answer = await gate.send('POST', `${one}/sync/products`, { json: { mode: 'incremental', since: '2026-03-13T00:00:00Z' } });
    expect([answer.status, answer.body]).toEqual([202, { code: 202, message: '同步任务已提交', data: submitted }]);
    expect(lastCall()?.request).toMatchObject({ connectorId: CONNECTOR_ID, syncType: 'products', mode: 'incremental', since: at('2026-03-13T00:00:00Z') });
  });

  test('without a body it is incremental, and a repeat says so', async () => {
    gate.script({ startSync: () => ({ task: task({ status: 'queued' }), deduplicated: true }) });
    const answer = await gate.send('POST', `${one}/sync/products`);
    expect(answer.body.data).toEqual({ ...submitted, deduplicated: true });
    expect(lastCall()?.request).toMatchObject({ mode: 'incremental', since: undefined });
  });

  const completed = {
    task_id: TASK_ID,
    connector_id: CONNECTOR_ID,
    sync_type: 'products',
    mode: 'incremental',
    status: 'completed',
    reason: null,
    trigger: 'manual',
    progress: { total: 1250, synced: 1250, failed: 0, skipped: 3 },
    started_at: '2026-03-14T10:30:05Z',
    completed_at: '2026-03-14T10:30:50Z',
    duration_seconds: 45,
  };

  test('the task', async () => {
    gate.script({ getTask: () => ({ task: task() }) });
    expect((await gate.send('GET', `${one}/sync/tasks/${TASK_ID}`)).body).toEqual({ code: 200, message: 'success', data: completed });
  });

  test('a waiting task knows no total and no times', async () => {
    const waiting = task({ status: 'queued', progress: undefined, startedAt: undefined, completedAt: undefined, durationSeconds: undefined });
    gate.script({ getTask: () => ({ task: waiting }) });
    expect((await gate.send('GET', `${one}/sync/tasks/${TASK_ID}`)).body.data).toMatchObject({
      progress: { total: null, synced: 0, failed: 0, skipped: 0 },
      started_at: null,
      completed_at: null,
      duration_seconds: null,
    });
  });

  test('the list of tasks, the cancel and the record errors', async () => {
    gate.script({
      listTasks: () => ({ items: [task()], total: 1 }),
      cancelTask: () => ({ task: task({ status: 'running', reason: 'cancelling', completedAt: undefined, durationSeconds: undefined }) }),
      listRecordErrors: () => ({ items: [{ externalId: '9007199254740993', code: 'PRICE', field: 'price', message: '价格无效', at: at('2026-03-14T10:30:10Z') }], total: 1 }),
    });
    const list = await gate.send('GET', `${one}/sync/tasks?type=products&status=completed&page_size=5`);
    expect(list.body.data).toEqual({ items: [completed], total: 1, page: 1, page_size: 5, pages: 1 });
    const cancelled = await gate.send('POST', `${one}/sync/tasks/${TASK_ID}/cancel`);
    expect([cancelled.status, cancelled.body.data]).toEqual([200, { ...completed, status: 'running', reason: 'cancelling', completed_at: null, duration_seconds: null }]);
    const errors = await gate.send('GET', `${one}/sync/tasks/${TASK_ID}/errors`);
    expect(errors.body.data.items).toEqual([{ external_id: '9007199254740993', code: 'PRICE', field: 'price', message: '价格无效', at: '2026-03-14T10:30:10Z' }]);
  });

  test('the records', async () => {
    const fields = { title: '智能手机', status: 'on_sale', price: { amount: '59.00', currency: 'CNY', minor: '5900' } };
    gate.script({
      listRecords: () => ({
        items: [
          {
            externalId: '9007199254740993',
            fieldsJson: JSON.stringify(fields),
            sourceUpdatedAt: at('2026-03-14T09:00:00Z'),
            syncedAt: at('2026-03-14T10:30:06Z'),
            deletedAt: undefined,
          },
        ],
        total: 1,
        nextCursor: '',
      }),
    });
    const answer = await gate.send('GET', `${one}/products?updated_since=2026-03-01T00:00:00Z&q=手机&include_deleted=true`);
    expect(answer.body.data).toEqual({
      items: [
        {
          external_id: '9007199254740993',
          ...fields,
          source_updated_at: '2026-03-14T09:00:00Z',
          synced_at: '2026-03-14T10:30:06Z',
          deleted_at: null,
        },
      ],
      total: 1,
      page: 1,
      page_size: 20,
      pages: 1,
      next_cursor: null,
    });
    expect(lastCall()?.request).toMatchObject({ entity: 'products', updatedSince: at('2026-03-01T00:00:00Z'), q: '手机', includeDeleted: true, cursor: '' });
  });
});

describe('webhooks', () => {
  const endpoint = {
    id: WEBHOOK_ID,
    connectorId: CONNECTOR_ID,
    url: 'https://your-system.com/webhook/nolux',
    events: ['sync.completed', 'sync.failed'],
    status: 'enabled',
    disabledReason: '',
    secretHint: 'your***',
    secret: '',
    createdAt: at('2026-03-14T10:30:00Z'),
  };
  const shown = { id: WEBHOOK_ID, url: endpoint.url, events: endpoint.events, status: 'enabled', secret_hint: 'your***', created_at: '2026-03-14T10:30:00Z' };
  const document = { url: endpoint.url, events: endpoint.events, secret: 'your_webhook_secret' };

  test('the creation with the document’s body; a secret of ours is shown once', async () => {
    gate.script({ createEndpoint: () => ({ endpoint }) });
    const given = await gate.send('POST', `${one}/webhooks`, { json: document });
    expect([given.status, given.body.code, given.body.data]).toEqual([201, 201, shown]);
    expect(lastCall()?.request).toMatchObject({ connectorId: CONNECTOR_ID, ...document });
    gate.script({ createEndpoint: () => ({ endpoint: { ...endpoint, secret: 'whsec_made' } }) });
    const made = await gate.send('POST', `${one}/webhooks`, { json: { url: document.url, events: document.events } });
    expect(made.body.data).toEqual({ ...shown, secret: 'whsec_made' });
    expect(made.headers.get('cache-control')).toBe('no-store');
  });

  test('the list, the one and the deletion', async () => {
    gate.script({ listEndpoints: () => ({ items: [endpoint], total: 1 }), getEndpoint: () => ({ endpoint }), deleteEndpoint: () => ({}) });
    const listed = { ...shown, disabled_reason: null };
    expect((await gate.send('GET', `${one}/webhooks`)).body.data).toEqual({ items: [listed], total: 1, page: 1, page_size: 20, pages: 1 });
    expect((await gate.send('GET', `${one}/webhooks/${WEBHOOK_ID}`)).body.data).toEqual(listed);
    expect((await gate.send('DELETE', `${one}/webhooks/${WEBHOOK_ID}`)).status).toBe(204);
  });

  test('the deliveries and their attempts', async () => {
    const delivery = {
      id: TASK_ID,
      eventId: 'e1',
      eventType: 'sync.completed',
      status: 'delivered',
      attemptCount: 1,
      nextAttemptAt: undefined,
      createdAt: at('2026-03-14T10:30:51Z'),
    };
    const attempt = { number: 1, at: at('2026-03-14T10:30:51Z'), trigger: 'schedule', statusCode: 200, responseBody: 'ok', durationMs: 12, blame: '', error: '' };
    gate.script({ listDeliveries: () => ({ items: [delivery], total: 1 }), getDelivery: () => ({ delivery, attempts: [attempt] }) });
    const view = { id: TASK_ID, event_id: 'e1', event_type: 'sync.completed', status: 'delivered', attempt_count: 1, next_attempt_at: null, created_at: '2026-03-14T10:30:51Z' };
    const path = `${one}/webhooks/${WEBHOOK_ID}/deliveries`;
    expect((await gate.send('GET', `${path}?status=delivered&since=2026-03-14T00:00:00Z`)).body.data.items).toEqual([view]);
    expect((await gate.send('GET', `${path}/${TASK_ID}`)).body.data).toEqual({
      ...view,
      attempts: [{ number: 1, at: '2026-03-14T10:30:51Z', trigger: 'schedule', status_code: 200, response_body: 'ok', duration_ms: 12, blame: null, error: null }],
    });
  });
});
