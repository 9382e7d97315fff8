import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { AppError, newId } from '@crossdock/kernel';
import { until } from '@crossdock/testing';
import { connector, endpoint } from './samples.ts';
import { type Gateway, startGateway } from './start-gateway.ts';

let gate: Gateway;
beforeAll(async () => void (gate = await startGateway()));
afterAll(() => gate[Symbol.asyncDispose]());

const path = '/api/v1/connectors';
const body = { name: '店', platform: 'tmall', config: { app_key: 'k' }, sync_interval_minutes: 15 };
let made = 0;
let headers: Record<string, string>;

beforeEach(() => {
  made = 0;
  headers = { 'idempotency-key': newId() };
  gate.script({
    createConnector: () => {
      made += 1;
      return { connector: connector({ name: `made ${made}` }), authUrl: 'https://a.example' };
    },
  });
});

const create = (more: object = {}) => gate.send('POST', path, { json: body, headers, ...more });

test('the same key and body get the same answer and one call', async () => {
  const first = await create();
  const again = await create();
  expect(first.status).toBe(201);
  expect([again.status, again.text]).toEqual([first.status, first.text]);
  expect(again.headers.get('content-type')).toBe(first.headers.get('content-type'));
  expect(again.headers.get('idempotency-replayed')).toBe('true');
  expect(again.headers.get('x-request-id')).not.toBe(first.headers.get('x-request-id'));
  expect(made).toBe(1);
});

test('the same body written otherwise is the same body', async () => {
  await create();
  const reordered = { sync_interval_minutes: 15, config: { app_key: 'k' }, platform: 'tmall', name: '店' };
  expect((await create({ json: reordered })).status).toBe(201);
  expect(made).toBe(1);
});

test('another body under the key is a 422', async () => {
  await create();
  const other = await create({ json: { ...body, name: '另一个' } });
  expect([other.status, Object.keys(other.body.data.errors)]).toEqual([422, ['Idempotency-Key']]);
  expect(made).toBe(1);
});

test('twenty at once make one call and get one answer', async () => {
  const gateOpen = Promise.withResolvers<void>();
  gate.script({
    createConnector: async () => {
      made += 1;
      await gateOpen.promise;
      return { connector: connector(), authUrl: 'https://a.example' };
    },
  });
  const all = Array.from({ length: 20 }, () => create());
  await until(() => made === 1, { what: 'the first call' });
  gateOpen.resolve();
  const texts = new Set((await Promise.all(all)).map(({ status, text }) => `${status} ${text}`));
  expect(texts.size).toBe(1);
  expect([...texts][0]).toMatch(/^201 /);
  expect(made).toBe(1);
});

test('key and body hash go down to the service, other keys for other paths and tenants', async () => {
  const keys = new Set<string>();
  gate.script({
    createConnector: ({ idempotencyKey, bodyHash }) => {
      expect(bodyHash).toMatch(/^[0-9a-f]{64}$/);
      keys.add(idempotencyKey);
      return { connector: connector(), authUrl: 'https://a.example' };
    },
    createShop: ({ idempotencyKey }) => {
      keys.add(idempotencyKey);
      return {
        shop: { id: 1, name: 'n', domain: 'a.example.com', status: 'active', createdAt: undefined, version: 1 },
      };
    },
  });
  await create();
  await create({ token: await gate.token({ tenant: 'other' }) });
  await gate.send('POST', '/api/shops', { json: { name: 'n', domain: 'a.example.com' }, headers });
  expect(keys.size).toBe(3);
});

test('a refusal that stays is kept; one that may pass frees the key', async () => {
  let calls = 0;
  gate.script({
    createConnector: () => {
      calls += 1;
      return Promise.reject(new AppError('conflict', 'CONNECTOR_001', '该平台店铺已存在连接器'));
    },
  });
  expect([(await create()).status, (await create()).status, calls]).toEqual([409, 409, 1]);

  headers = { 'idempotency-key': newId() };
  const passing: Array<() => Error> = [
    () => new Error('a fault'),
    () => new AppError('too_many', 'TOO_MANY', '稍后', { retryAfterMs: 10 }),
    () => new AppError('unavailable', 'AWAY', '稍后'),
  ];
  gate.script({
    createConnector: () => {
      const failure = passing.shift();
      return failure === undefined
        ? { connector: connector(), authUrl: 'https://a.example' }
        : Promise.reject(failure());
    },
  });
  const statuses = [];
  for (let n = 0; n < 5; n += 1) statuses.push((await create()).status);
  expect(statuses).toEqual([500, 429, 503, 201, 201]);
});

test('a request its holder left behind is taken over when the lease has lapsed', async () => {
  const first = await create();
  await gate.requests().updateMany({}, { $set: { answer: null, leaseUntil: new Date(0) } });
  const second = await create();
  expect([first.status, second.status, made]).toEqual([201, 201, 2]);
  expect((await create()).text).toBe(second.text);
});

test('stored answers are sealed and go after a day', async () => {
  gate.script({
    createEndpoint: () => ({ endpoint: endpoint({ secret: 'whsec_canary' }) }),
  });
  await gate.send('POST', `${path}/${connector().id}/webhooks`, {
    json: { url: 'https://a.example', events: ['sync.completed'] },
    headers,
  });
  const rows = await gate.requests().find().toArray();
  expect(rows.length).toBeGreaterThan(0);
  expect(JSON.stringify(rows)).not.toContain('canary');
  const day = 24 * 3_600_000;
  expect(Math.abs(Number(rows.at(-1)?.['expiresAt']) - Date.now() - day)).toBeLessThan(60_000);
  expect(await gate.requests().indexes()).toContainEqual(
    expect.objectContaining({ key: { expiresAt: 1 }, expireAfterSeconds: 0 }),
  );
});

test.each(['', ' ', 'a b', 'x'.repeat(256)])('the key %j is refused', async (key) => {
  const answer = await create({ headers: { 'idempotency-key': key } });
  expect([answer.status, Object.keys(answer.body.data.errors)]).toEqual([422, ['Idempotency-Key']]);
  expect(made).toBe(0);
});
