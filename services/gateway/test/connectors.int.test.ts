import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { AppError } from '@crossdock/kernel';
import { at, connector, CONNECTOR_ID } from './samples.ts';
import { type Gateway, startGateway } from './start-gateway.ts';

let gate: Gateway;
beforeAll(async () => void (gate = await startGateway()));
afterAll(() => gate[Symbol.asyncDispose]());

const lastCall = () => gate.calls().at(-1);
const one = `/api/v1/connectors/${CONNECTOR_ID}`;

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
  expect(lastCall()).toMatchObject({
    method: 'listConnectors',
    request: { page: 1, pageSize: 20, status: '', platform: '' },
    context: { tenant: 'demo', actor: 'user:1' },
  });
});

test('the list filtered and paged, with links to its neighbours', async () => {
  gate.script({ listConnectors: () => ({ items: [], total: 25 }) });
  const { body, headers } = await gate.send(
    'GET',
    '/api/v1/connectors?page=2&page_size=10&status=pending&platform=tmall',
  );
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
  gate.script({
    createConnector: () => ({ connector: pending, authUrl: 'https://oauth.taobao.com/authorize?state=s' }),
  });
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
  expect(lastCall()?.request).toEqual({
    name: document.name,
    platform: 'tmall',
    config: document.config,
    syncIntervalMinutes: 15,
    idempotencyKey: '',
    bodyHash: '',
  });
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
  gate.script({
    createConnector: () => Promise.reject(new AppError('invalid', 'VALIDATION', '参数校验失败', { details })),
  });
  const answer = await gate.send('POST', '/api/v1/connectors', { json: document });
  expect([answer.status, answer.body]).toEqual([
    422,
    { code: 422, message: '参数校验失败', data: { errors: details } },
  ]);
});

test.each([0, -1, -1e308])('an interval of %d is refused by the service, which knows the minimum', async (minutes) => {
  const details = { sync_interval_minutes: ['不能小于该平台的最小同步间隔 5 分钟'] };
  const refuse = () => Promise.reject(new AppError('invalid', 'VALIDATION', '参数校验失败', { details }));
  gate.script({ createConnector: refuse, updateConnector: refuse });
  for (const [method, path, json] of [
    ['POST', '/api/v1/connectors', { ...document, sync_interval_minutes: minutes }],
    ['PUT', one, { sync_interval_minutes: minutes }],
    ['PUT', one, { config: { sync_interval_minutes: minutes } }],
  ] as const) {
    const answer = await gate.send(method, path, { json });
    expect([answer.status, answer.body]).toEqual([
      422,
      { code: 422, message: '参数校验失败', data: { errors: details } },
    ]);
    expect(lastCall()?.request).toMatchObject({ syncIntervalMinutes: 0 });
  }
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
    stats: {
      total_products: 0,
      total_orders_30d: 0,
      last_sync_at: null,
      last_sync_status: null,
      last_sync_duration_seconds: null,
    },
  });
  expect((await gate.send('GET', '/api/v1/connectors')).body.data.items[0]).toMatchObject({
    last_sync_at: null,
    next_sync_at: null,
  });
});

test('the update gives down only what was named and answers the detail', async () => {
  gate.script({ updateConnector: () => ({ connector: connector({ revision: 4 }) }) });
  const answer = await gate.send('PUT', one, {
    json: { name: '天猫旗舰店(更新)', sync_interval_minutes: 5 },
    headers: { 'if-match': '"3"' },
  });
  expect([answer.status, answer.body, answer.headers.get('etag')]).toEqual([
    200,
    { code: 200, message: 'success', data: detail },
    '"4"',
  ]);
  expect(lastCall()?.request).toEqual({
    id: CONNECTOR_ID,
    name: '天猫旗舰店(更新)',
    syncIntervalMinutes: 5,
    config: {},
    ifRevision: 3,
  });
  await gate.send('PUT', one, { json: { config: { app_key: 'new' } } });
  expect(lastCall()?.request).toEqual({
    id: CONNECTOR_ID,
    name: undefined,
    syncIntervalMinutes: undefined,
    config: { app_key: 'new' },
    ifRevision: undefined,
  });
});

test('the config may come back as a GET shows it, with the interval in it; one named beside it counts', async () => {
  gate.script({ updateConnector: () => ({ connector: connector() }) });
  const { sync_interval_minutes: shown, ...config } = detail.config;
  expect((await gate.send('PUT', one, { json: { config: detail.config } })).status).toBe(200);
  expect(lastCall()?.request).toMatchObject({ config, syncIntervalMinutes: shown });
  await gate.send('PUT', one, { json: { config: detail.config, sync_interval_minutes: 60 } });
  expect(lastCall()?.request).toMatchObject({ config, syncIntervalMinutes: 60 });
  expect((await gate.send('PUT', one, { json: { config: { app_key: 5 } } })).status).toBe(422);
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
