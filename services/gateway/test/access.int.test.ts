import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { AppError } from '@crossdock/kernel';
import { generateKeyPair } from 'jose';
import { connector, CONNECTOR_ID, task, TASK_ID, WEBHOOK_ID } from './samples.ts';
import { type Gateway, startGateway } from './start-gateway.ts';

let gate: Gateway;
beforeAll(async () => {
  gate = await startGateway({
    listConnectors: () => ({ items: [connector()], total: 1 }),
    listShops: () => ({ items: [], total: 0 }),
  });
});
afterAll(() => gate[Symbol.asyncDispose]());

const commerce401 = { code: 401, message: '未授权访问', data: null };
const channels401 = { code: 401, message: '未授权访问', result: null };
const shops401 = { success: false, message: '未授权访问', error: 'token_invalid' };

describe('who is let in', () => {
  test.each([
    ['/api/v1/connectors', commerce401],
    ['/api/v1/channels/connectors', channels401],
    ['/api/v1/channels/connectors/x/test', channels401],
    ['/api/shops', shops401],
  ])('%s without a token is refused in its family’s words', async (path, body) => {
    const answer = await gate.send('GET', path, { token: '' });
    expect([answer.status, answer.body]).toEqual([401, body]);
  });

  test('a token that is forged, stripped, expired, foreign or no token at all', async () => {
    const good = await gate.token();
    const [head = '', claims = '', signature = ''] = good.split('.');
    const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const { privateKey: stranger } = await generateKeyPair('EdDSA', { crv: 'Ed25519' });
    const bad = [
      'x',
      'a.b.c',
      `${head}.${claims}.`,
      `${head}.${claims}.${signature.slice(0, -4)}AAAA`,
      `${encode({ alg: 'none' })}.${claims}.`,
      `${encode({ alg: 'none' })}.${claims}.${signature}`,
      `${encode({ alg: 'HS256', kid: 'k1' })}.${claims}.${signature}`,
      `${encode({ alg: 'EdDSA', kid: 'unknown' })}.${claims}.${signature}`,
      `${head}.${encode({ sub: 'user:1', aud: 'commerce', tenant: 'other', role: 'admin', iss: 'crossdock', exp: 4e9 })}.${signature}`,
      await gate.token({ expiresIn: '-1h' }),
      await gate.token({ iss: 'somebody' }),
      await gate.token({}, stranger),
    ];
    for (const token of bad) {
      const answer = await gate.send('GET', '/api/v1/connectors', { token });
      expect([token, answer.status, answer.body]).toEqual([token, 401, commerce401]);
    }
    for (const authorization of ['Basic abc', 'Bearer', `Bearer ${good} ${good}`, good]) {
      const answer = await gate.send('GET', '/api/v1/connectors', { token: '', headers: { authorization } });
      expect([authorization, answer.status]).toEqual([authorization, 401]);
    }
  });

  test('tenant and actor come from the token alone', async () => {
    gate.script({ getConnector: () => Promise.reject(new AppError('not_found', 'NOT_FOUND', '连接器不存在')) });
    const token = await gate.token({ tenant: 'other', sub: 'client:other-client' });
    const answer = await gate.send('GET', `/api/v1/connectors/${CONNECTOR_ID}?tenant=demo`, {
      token,
      headers: { 'x-tenant': 'demo' },
    });
    expect([answer.status, answer.body]).toEqual([404, { code: 404, message: '连接器不存在', data: null }]);
    expect(gate.calls().at(-1)?.context).toMatchObject({ tenant: 'other', actor: 'client:other-client' });
  });
});

describe('the path both documents claim', () => {
  test('means channels to a channels token, commerce to any other', async () => {
    const channels = await gate.token({ aud: 'channels' });
    const seen = gate.calls().length;
    for (const path of [
      '/api/v1/connectors',
      '/api/v1/connectors?page=1',
      '/api/v1/connectors/conn_001',
      '/api/v1/channels/connectors',
    ]) {
      const answer = await gate.send('GET', path, { token: channels });
      expect([path, answer.status, answer.body]).toEqual([
        path,
        404,
        { code: 404, message: '资源不存在', result: null },
      ]);
    }
    expect(gate.calls().length).toBe(seen);
    expect((await gate.send('GET', '/api/v1/connectors')).body.code).toBe(200);
  });

  test('a token of another audience is forbidden on the canonical path and everywhere else', async () => {
    const channels = await gate.token({ aud: 'channels' });
    const commerceOnly = await gate.token({ aud: ['commerce', 'listings'] });
    const canonical = await gate.send('GET', '/api/v1/channels/connectors');
    expect([canonical.status, canonical.body]).toEqual([
      403,
      { code: 403, message: '没有权限访问该资源', result: null },
    ]);
    for (const token of [channels, commerceOnly]) {
      const shops = await gate.send('GET', '/api/shops', { token });
      expect([shops.status, shops.body]).toEqual([
        403,
        { success: false, message: '没有权限访问该资源', error: 'forbidden' },
      ]);
    }
    const longer = await gate.send('GET', '/api/v1/connectorsx', { token: channels });
    expect([longer.status, longer.body]).toEqual([404, { code: 404, message: '资源不存在', data: null }]);
  });

  test('a bad token that says channels is refused as commerce refuses', async () => {
    const expired = await gate.token({ aud: 'channels', expiresIn: '-1h' });
    expect((await gate.send('GET', '/api/v1/connectors', { token: expired })).body).toEqual(commerce401);
    expect((await gate.send('GET', '/api/v1/channels/connectors', { token: expired })).body).toEqual(channels401);
  });
});

describe('roles', () => {
  const one = `/api/v1/connectors/${CONNECTOR_ID}`;
  const writes: Array<[string, string, object | undefined]> = [
    ['POST', '/api/v1/connectors', {}],
    ['PUT', one, {}],
    ['DELETE', one, undefined],
    ['POST', `${one}/authorize`, undefined],
    ['POST', `${one}/sync/products`, undefined],
    ['POST', `${one}/sync/tasks/${TASK_ID}/cancel`, undefined],
    ['POST', `${one}/webhooks`, {}],
    ['DELETE', `${one}/webhooks/${WEBHOOK_ID}`, undefined],
    ['POST', '/api/shops', {}],
  ];

  test.each(writes)('a viewer may not %s %s', async (method, path, json) => {
    const seen = gate.calls().length;
    const answer = await gate.send(method, path, { token: await gate.token({ role: 'viewer' }), json });
    expect(answer.status).toBe(403);
    expect(answer.body).toEqual(
      path.startsWith('/api/v1')
        ? { code: 403, message: '没有权限访问该资源', data: null }
        : { success: false, message: '没有权限访问该资源', error: 'forbidden' },
    );
    expect(gate.calls().length).toBe(seen);
  });

  test('a viewer reads', async () => {
    gate.script({ getTask: () => ({ task: task() }) });
    const token = await gate.token({ role: 'viewer' });
    for (const path of ['/api/v1/connectors', `${one}/sync/tasks/${TASK_ID}`, '/api/shops']) {
      expect([path, (await gate.send('GET', path, { token })).status]).toEqual([path, 200]);
    }
  });

  test('a role nobody knows may do nothing', async () => {
    expect((await gate.send('GET', '/api/v1/connectors', { token: await gate.token({ role: 'owner' }) })).status).toBe(
      403,
    );
  });
});

describe('what every answer carries', () => {
  test('a request id and a trace, the caller’s when they are sane, down to the service', async () => {
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const headers = { 'x-request-id': 'order-42', traceparent };
    const answer = await gate.send('GET', '/api/v1/connectors', { headers });
    expect(answer.headers.get('x-request-id')).toBe('order-42');
    expect(answer.headers.get('traceparent')).toMatch(/^00-0af7651916cd43dd8448eb211c80319c-[0-9a-f]{16}-01$/);
    expect(gate.calls().at(-1)?.context).toMatchObject({
      requestId: 'order-42',
      traceparent: answer.headers.get('traceparent'),
    });
  });

  test('the trace survives the reading of a body', async () => {
    gate.script({
      createShop: () => ({
        shop: { id: 1, name: 'n', domain: 'a.example.com', status: 'active', createdAt: undefined, version: 1 },
      }),
    });
    const answer = await gate.send('POST', '/api/shops', { json: { name: 'n', domain: 'a.example.com' } });
    expect(gate.calls().at(-1)?.context).toMatchObject({
      requestId: answer.headers.get('x-request-id'),
      traceparent: answer.headers.get('traceparent'),
    });
  });

  test.each(['/api/v1/nothing', '/nothing', '/api/v1/%FF', '/icons/tmall.svg'])(
    'also %s, and an insane id is replaced',
    async (path) => {
      const { headers } = await gate.send('GET', path, {
        headers: { 'x-request-id': 'a b<script>', traceparent: 'zz' },
      });
      expect(headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
      expect(headers.get('traceparent')).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
    },
  );
});

test('requests are counted by route, method and status, never by address', async () => {
  await gate.send('GET', '/api/v1/connectors/0190a0a0-0000-7000-8000-000000000001');
  await gate.send('GET', '/api/v1/connectors/%FF');
  await gate.send('GET', '/somewhere/else?q=1');
  const told = await (await fetch(`${gate.service.opsAddress}/metrics`)).text();
  const ours = told.split('\n').filter((line) => line.startsWith('crossdock_http_requests_total{'));
  expect(ours).toContainEqual(
    expect.stringMatching(
      /\{route="\/api\/v1\/connectors\/:connector_id",method="GET",status="404",service="gateway"\} \d+$/,
    ),
  );
  expect(ours).toContainEqual(expect.stringMatching(/\{route="unmatched",method="GET",status="404",.*\} \d+$/));
  expect(ours).toContainEqual(expect.stringMatching(/\{route="unmatched",method="GET",status="400",.*\} \d+$/));
  expect(ours.join()).not.toContain('somewhere');
  expect(told).toMatch(
    /crossdock_http_request_duration_seconds_bucket\{le="0.005",.*route="\/api\/v1\/connectors\/:connector_id"/,
  );
  expect(told).toMatch(
    /crossdock_grpc_client_calls_total\{method="[\w.]+ConnectorService\/GetConnector",code="NOT_FOUND",/,
  );
});

test('a tenant over its limit is told when to come back, and other tenants are not touched', async () => {
  await using small = await startGateway(
    { listConnectors: () => ({ items: [], total: 0 }) },
    { INBOUND_LIMIT_PER_SECOND: 3 },
  );
  const answers = await Promise.all(Array.from({ length: 10 }, () => small.send('GET', '/api/v1/connectors')));
  const refused = answers.filter(({ status }) => status === 429);
  expect(refused.length).toBeGreaterThanOrEqual(4);
  expect(refused[0]?.body).toEqual({ code: 429, message: '请求过于频繁，请稍后重试', data: null });
  expect(refused[0]?.headers.get('retry-after')).toBe('1');
  expect(refused[0]?.headers.get('ratelimit-policy')).toBe('"tenant";q=3;w=1');
  expect(answers.find(({ status }) => status === 200)?.headers.get('ratelimit')).toMatch(/^"tenant";r=[012];t=1$/);
  expect(
    (await small.send('GET', '/api/v1/connectors', { token: await small.token({ tenant: 'other' }) })).status,
  ).toBe(200);
});

test('a service that is away is a 503 in the family’s words, with when to try again', async () => {
  await using lonely = await startGateway();
  await lonely.peer.stop();
  const commerce = await lonely.send('GET', '/api/v1/connectors');
  expect([commerce.status, commerce.body]).toEqual([
    503,
    { code: 503, message: '服务暂时不可用，请稍后重试', data: null },
  ]);
  expect(commerce.headers.get('retry-after')).toBe('1');
  const shops = await lonely.send('GET', '/api/shops');
  expect([shops.status, shops.body]).toEqual([
    503,
    { success: false, message: '服务暂时不可用，请稍后重试', error: 'service_unavailable' },
  ]);
  const token = await lonely.send('POST', '/auth/token', {
    token: '',
    json: { grant_type: 'client_credentials', client_id: 'a', client_secret: 'b' },
  });
  expect([token.status, token.body]).toEqual([503, { error: 'temporarily_unavailable' }]);
});

test('a fault behind the gateway says nothing of itself', async () => {
  gate.script({ listTypes: () => Promise.reject(new Error('E11000 mongodb://user:pass@host')) });
  const answer = await gate.send('GET', '/api/v1/connectors/types');
  expect([answer.status, answer.body]).toEqual([500, { code: 500, message: '服务器内部错误', data: null }]);
});
