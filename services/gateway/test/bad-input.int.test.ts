import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { request as rawRequest } from 'node:http';
import { connect } from 'node:net';
import { CONNECTOR_ID, TASK_ID } from './samples.ts';
import { type Gateway, type Send, startGateway } from './start-gateway.ts';

let gate: Gateway;
beforeAll(async () => void (gate = await startGateway()));
afterAll(() => gate[Symbol.asyncDispose]());

const one = `/api/v1/connectors/${CONNECTOR_ID}`;
const good = {
  name: '天猫旗舰店',
  platform: 'tmall',
  config: { app_key: 'k', app_secret: 's', shop_id: '1' },
  sync_interval_minutes: 15,
};
const without = (key: string) => Object.fromEntries(Object.entries(good).filter(([name]) => name !== key));
const form = { 'content-type': 'application/x-www-form-urlencoded' };
const jsonType = { 'content-type': 'application/json' };

/** Nothing bad reaches a service. */
async function refused(method: string, path: string, send?: Send) {
  const seen = gate.calls().length;
  const answer = await gate.send(method, path, send);
  expect(gate.calls().length).toBe(seen);
  return answer;
}

describe('bodies of commerce', () => {
  test.each([
    ['not JSON', { raw: '{"name":', headers: jsonType }, 400],
    ['empty', { raw: '', headers: jsonType }, 400],
    ['no body', {}, 400],
    ['invalid UTF-8', { raw: Uint8Array.of(0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d), headers: jsonType }, 400],
    ['a form', { raw: 'name=a', headers: form }, 415],
    ['plain text', { raw: '{}', headers: { 'content-type': 'text/plain' } }, 415],
    ['JSON by another name', { raw: '{}', headers: { 'content-type': 'application/xml' } }, 415],
    ['over 1 MiB', { raw: JSON.stringify({ name: 'x'.repeat(1_100_000) }), headers: jsonType }, 413],
  ] satisfies Array<[string, Send, number]>)('%s', async (_what, send, status) => {
    const { status: answered, body } = await refused('POST', '/api/v1/connectors', send);
    expect([answered, body]).toEqual([
      status,
      { code: status, message: expect.stringMatching(/[\u4e00-\u9fff]/), data: null },
    ]);
  });

  test.each([
    ['a missing name', without('name'), { name: ['连接器名称不能为空'] }],
    ['a missing platform and config', { name: 'x' }, { platform: ['平台不能为空'], config: ['平台配置不能为空'] }],
    ['a blank name', { ...good, name: ' \t' }, { name: ['连接器名称不能为空'] }],
    ['a name that nobody sees', { ...good, name: '\u200b' }, { name: ['连接器名称不能为空'] }],
    ['a name of 201 characters', { ...good, name: '店'.repeat(201) }, { name: ['连接器名称不能超过 200 个字符'] }],
    [
      'a secret of 4,001 characters',
      { ...good, config: { app_secret: 'x'.repeat(4_001) } },
      { 'config.app_secret': ['不能超过 4000 个字符'] },
    ],
    ['a number as a text', { ...good, name: 15 }, { name: ['连接器名称类型应为字符串'] }],
    [
      'a text as a number',
      { ...good, sync_interval_minutes: '15' },
      { sync_interval_minutes: ['同步间隔类型应为整数'] },
    ],
    ['half a minute', { ...good, sync_interval_minutes: 15.5 }, { sync_interval_minutes: ['同步间隔类型应为整数'] }],
    [
      'more than a month',
      { ...good, sync_interval_minutes: 43_201 },
      { sync_interval_minutes: ['同步间隔不能大于 43200'] },
    ],
    ['an unknown platform', { ...good, platform: 'ebay' }, { platform: [expect.stringContaining('tmall')] }],
    ['an unknown field', { ...good, tenant: 'other' }, { tenant: ['未知字段'] }],
    ['null', { ...good, name: null }, { name: ['连接器名称类型应为字符串'] }],
    ['a list', [], { body: ['类型应为对象'] }],
    ['null alone', null, { body: ['类型应为对象'] }],
    ['an operator', { ...good, config: { app_key: { $gt: '' } } }, { 'config.app_key.$gt': ['未知字段'] }],
    ['a control character', { ...good, name: 'a\u0000b' }, { name: ['包含不允许的字符'] }],
    ['half a character', { ...good, name: 'a\ud800' }, { name: ['包含不允许的字符'] }],
  ] as Array<[string, unknown, object]>)('%s', async (_what, json, errors) => {
    const { status, body } = await refused('POST', '/api/v1/connectors', { json });
    expect([status, body]).toEqual([422, { code: 422, message: '参数校验失败', data: { errors } }]);
  });

  test.each([
    ['a key twice', '{"name":"a","config":{"app_key":"a","app_key":"b"}}', { 'config.app_key': ['字段重复'] }],
    [
      'too deep',
      `{"name":${'{"a":'.repeat(20)}1${'}'.repeat(20)}}`,
      { [`name${'.a'.repeat(19)}`]: ['嵌套不能超过 20 层'] },
    ],
  ])('%s', async (_what, raw, errors) => {
    const { status, body } = await refused('POST', '/api/v1/connectors', { raw, headers: jsonType });
    expect([status, body]).toEqual([422, { code: 422, message: '参数校验失败', data: { errors } }]);
  });

  test('__proto__ reaches nothing', async () => {
    const { status, body } = await refused('POST', '/api/v1/connectors', {
      raw: '{"__proto__":{"admin":true}}',
      headers: jsonType,
    });
    expect([status, Object.keys(body.data.errors)]).toEqual([422, ['__proto__']]);
    expect(({} as { admin?: true }).admin).toBeUndefined();
  });

  test.each([
    [`${one}/sync/products`, { mode: 'some' }, 'mode'],
    [`${one}/sync/products`, { since: 'yesterday' }, 'since'],
    [`${one}/sync/products`, { since: '2026-03-13T23:59:60Z' }, 'since'],
    [`${one}/sync/products`, { since: 1_700_000_000 }, 'since'],
    [`${one}/sync/products`, { limit: 1 }, 'limit'],
    [`${one}/webhooks`, { events: ['sync.completed'] }, 'url'],
    [`${one}/webhooks`, { url: 'https://a.example', events: [] }, 'events'],
    [`${one}/webhooks`, { url: 'https://a.example', events: ['sync.completed'], secret: '' }, 'secret'],
    [`${one}/authorize`, { redirect_uri: 'https://evil.example' }, 'redirect_uri'],
    [`${one}/sync/tasks/${TASK_ID}/cancel`, { force: true }, 'force'],
  ])('POST %s %j names %s', async (path, json, field) => {
    const { status, body } = await refused('POST', path, { json });
    expect([status, Object.keys(body.data.errors)]).toEqual([422, [field]]);
  });
});

describe('queries', () => {
  test.each([
    ['page=0', 'page'],
    ['page=-1', 'page'],
    ['page=abc', 'page'],
    ['page=', 'page'],
    ['page=1.5', 'page'],
    ['page=1&page=2', 'page'],
    ['page=99999999999999999999', 'page'],
    ['page=1e400', 'page'],
    ['page=-1e400', 'page'],
    ['page_size=0', 'page_size'],
    ['page_size=101', 'page_size'],
    ['status=gone', 'status'],
    ['platform=ebay', 'platform'],
  ])('/api/v1/connectors?%s is a 422 naming %s', async (query, field) => {
    const { status, body } = await refused('GET', `/api/v1/connectors?${query}`);
    expect([status, body.code, Object.keys(body.data.errors)]).toEqual([422, 422, [field]]);
  });

  test.each([
    ['pageSize=101', 'pageSize'],
    ['page=0', 'page'],
  ])('/api/shops?%s is a 422 in the words of shops', async (query, field) => {
    const { status, body } = await refused('GET', `/api/shops?${query}`);
    expect([status, body]).toEqual([
      422,
      { success: false, message: '请求参数错误', errors: { [field]: [expect.any(String)] } },
    ]);
  });

  test.each([
    [`${one}/products?updated_since=soon`, 'updated_since'],
    [`${one}/products?q=${'x'.repeat(201)}`, 'q'],
    [`${one}/products?q=%00`, 'q'],
    [`${one}/products?include_deleted=perhaps`, 'include_deleted'],
    [`${one}/health?refresh=soon`, 'refresh'],
    [`${one}/sync/tasks?type=goods`, 'type'],
  ])('%s names %s', async (path, field) => {
    const { status, body } = await refused('GET', path);
    expect([status, Object.keys(body.data.errors)]).toEqual([422, [field]]);
  });
});

describe('paths', () => {
  const unknown = {
    commerce: { code: 404, message: '资源不存在', data: null },
    shops: { success: false, message: '资源不存在', error: expect.stringContaining('404 Not Found') },
  };

  test.each([
    ['GET', '/api/v1/connectors/not-an-id'],
    ['GET', '/api/v1/connectors/'],
    ['GET', `/api/v1/connectors/${'x'.repeat(3_000)}`],
    ['GET', `${one}/sync/tasks/1`],
    ['GET', `${one}/webhooks/$ne`],
    ['PATCH', '/api/v1/connectors'],
    ['PUT', '/api/v1/connectors/types'],
    ['OPTIONS', '/api/v1/connectors'],
    ['GET', '/api/v1/anything'],
    ['GET', '/api/v1/..%2f..%2fetc/passwd'],
  ])('%s %s is commerce’s 404', async (method, path) => {
    const { status, body } = await refused(method, path);
    expect([status, body]).toEqual([404, unknown.commerce]);
  });

  test.each([
    ['GET', '/api/test/404'],
    ['GET', '/api/nothing'],
    ['PATCH', '/api/shops'],
    ['GET', `/api/${'x'.repeat(3_000)}`],
  ])('%s %s is the 404 of shops', async (method, path) => {
    const { status, body } = await refused(method, path, { token: '' });
    expect([status, body]).toEqual([404, unknown.shops]);
  });

  test('a broken escape is a 400 in each family’s words', async () => {
    const bodies = await Promise.all(
      ['/api/v1/connectors/%FF', '/api/v1/channels/%zz', '/api/%FF', '/auth/%FF'].map((path) => plainGet(path)),
    );
    expect(bodies).toEqual([
      [400, { code: 400, message: '请求格式错误', data: null }],
      [400, { code: 400, message: '请求格式错误', result: null }],
      [400, { success: false, message: '请求格式错误', error: 'malformed' }],
      [400, { error: 'invalid_request' }],
    ]);
  });
});

test('shops names its fields as its document does', async () => {
  const { status, body } = await refused('POST', '/api/shops', { json: { name: '', domain: 'not a domain' } });
  expect([status, body]).toEqual([
    422,
    { success: false, message: '请求参数错误', errors: { name: ['店铺名称不能为空'], domain: ['域名格式不正确'] } },
  ]);
});

/** A request whose path no URL parser has touched. */
function plainGet(path: string): Promise<[number, unknown]> {
  const { hostname, port } = new URL(gate.service.address());
  return new Promise((resolve, reject) => {
    rawRequest({ hostname, port, path }, (res) => {
      let text = '';
      res.on('data', (chunk: Buffer) => (text += chunk.toString()));
      res.on('end', () => resolve([res.statusCode ?? 0, JSON.parse(text)]));
    })
      .on('error', reject)
      .end();
  });
}

test('bytes that are no HTTP get an answer in our form, and the connection ends', async () => {
  const { hostname, port } = new URL(gate.service.address());
  const socket = connect(Number(port), hostname);
  socket.write('GET /api/v1/connectors HTTP/1.1\r\nhost: x\r\ncontent-length: many\r\n\r\n');
  let text = '';
  for await (const chunk of socket) text += String(chunk);
  expect(text).toMatch(/^HTTP\/1\.1 400 /);
  expect(text).toMatch(/^x-request-id: \S+\r$/m);
  expect(text).toMatch(/^traceparent: 00-\S+\r$/m);
  expect(JSON.parse(text.split('\r\n\r\n')[1] ?? '')).toEqual({ code: 400, message: '请求格式错误', data: null });
});
