import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { AppError } from '@crossdock/kernel';
import { at } from './samples.ts';
import { type Gateway, startGateway } from './start-gateway.ts';

let gate: Gateway;
beforeAll(async () => void (gate = await startGateway()));
afterAll(() => gate[Symbol.asyncDispose]());

const lastCall = () => gate.calls().at(-1);

describe('login, as document 002 shows it', () => {
  const document = { username: 'admin@example.com', password: 'your_password' };
  const user = {
    id: 1,
    username: 'admin@example.com',
    name: 'Admin User',
    role: 'admin',
    tenant: 'demo',
    createdAt: undefined,
  };

  test('answers token, user and time', async () => {
    gate.script({ login: () => ({ token: 'eyJ', expiresIn: 86_400, user }) });
    const answer = await gate.send('POST', '/api/auth/login', { token: '', json: document });
    expect([answer.status, answer.body]).toEqual([
      200,
      {
        success: true,
        data: {
          token: 'eyJ',
          user: { id: 1, username: 'admin@example.com', name: 'Admin User', role: 'admin' },
          expires_in: 86_400,
        },
      },
    ]);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(lastCall()?.request).toEqual({ ...document, audience: '', address: '127.0.0.1' });
    await gate.send('POST', '/api/auth/login', { token: '', json: { ...document, audience: 'channels' } });
    expect(lastCall()?.request).toMatchObject({ audience: 'channels' });
  });

  test('wrong credentials are a 401, too many a 429', async () => {
    gate.script({
      login: () => Promise.reject(new AppError('unauthenticated', 'INVALID_CREDENTIALS', '用户名或密码错误')),
    });
    const wrong = await gate.send('POST', '/api/auth/login', { token: '', json: document });
    expect([wrong.status, wrong.body]).toEqual([
      401,
      { success: false, message: '用户名或密码错误', error: 'invalid_credentials' },
    ]);
    gate.script({
      login: () =>
        Promise.reject(
          new AppError('too_many', 'LOGIN_FAILURES', '失败次数过多，请稍后再试', { retryAfterMs: 90_000 }),
        ),
    });
    const many = await gate.send('POST', '/api/auth/login', { token: '', json: document });
    expect([many.status, many.headers.get('retry-after')]).toEqual([429, '90']);
  });

  test.each([
    [{ password: 'x' }, { username: ['用户名不能为空'] }],
    [{ username: 'a', password: '' }, { password: ['密码不能为空'] }],
    [{ username: 'a', password: 'b', audience: 'open' }, { audience: [expect.any(String)] }],
    [{ username: { $ne: null }, password: 'b' }, { 'username.$ne': ['未知字段'] }],
  ])('%j is a 422', async (json, errors) => {
    const answer = await gate.send('POST', '/api/auth/login', { token: '', json });
    expect([answer.status, answer.body]).toEqual([422, { success: false, message: '请求参数错误', errors }]);
  });
});

describe('shops', () => {
  const shop = {
    id: 1,
    name: '测试店铺',
    domain: 'example.myshopify.com',
    status: 'active',
    createdAt: at('2023-01-01T00:00:00Z'),
    version: 1,
  };

  test('the list', async () => {
    gate.script({ listShops: () => ({ items: [shop], total: 1 }) });
    expect((await gate.send('GET', '/api/shops')).body).toEqual({
      success: true,
      data: {
        items: [
          {
            id: 1,
            name: '测试店铺',
            shopify_domain: 'example.myshopify.com',
            status: 'active',
            created_at: '2023-01-01T00:00:00Z',
          },
        ],
        total: 1,
        page: 1,
        pageSize: 10,
      },
    });
    expect(lastCall()?.request).toEqual({ page: 1, pageSize: 10 });
  });

  test('the creation', async () => {
    gate.script({ createShop: ({ name, domain, status }) => ({ shop: { ...shop, id: 2, name, domain, status } }) });
    const answer = await gate.send('POST', '/api/shops', {
      json: { name: '新店铺', domain: 'new-shop.myshopify.com' },
    });
    expect([answer.status, answer.body]).toEqual([
      200,
      { success: true, data: { id: 2, name: '新店铺', domain: 'new-shop.myshopify.com', status: 'active' } },
    ]);
  });

  test('the documented 404 and 500, to the letter', async () => {
    expect((await gate.send('GET', '/api/test/404', { token: '' })).body).toEqual({
      success: false,
      message: '资源不存在',
      error:
        '404 Not Found: The requested URL was not found on the server. If you entered the URL manually please check your spelling and try again.',
    });
    gate.script({ listShops: () => Promise.reject(new Error('boom')) });
    expect((await gate.send('GET', '/api/shops')).body).toEqual({
      success: false,
      message: '服务器内部错误',
      error: 'internal_server_error',
    });
  });
});

describe('/auth/token', () => {
  const credentials = {
    grant_type: 'client_credentials',
    client_id: 'demo-client',
    client_secret: 'demo-client-secret',
  };
  const ask = (fields: Record<string, string>, form = true) =>
    form
      ? gate.send('POST', '/auth/token', {
          token: '',
          raw: new URLSearchParams(fields).toString(),
          headers: { 'content-type': 'application/x-www-form-urlencoded' },
        })
      : gate.send('POST', '/auth/token', { token: '', json: fields });

  test.each([true, false])('answers a token (as a form: %j)', async (form) => {
    gate.script({ issueToken: () => ({ accessToken: 'eyJ', expiresIn: 3_600 }) });
    const answer = await ask(credentials, form);
    expect([answer.status, answer.body]).toEqual([
      200,
      { access_token: 'eyJ', token_type: 'Bearer', expires_in: 3_600 },
    ]);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(lastCall()?.request).toEqual({
      clientId: 'demo-client',
      clientSecret: 'demo-client-secret',
      audience: '',
      address: '127.0.0.1',
    });
  });

  test('wrong credentials', async () => {
    gate.script({
      issueToken: () => Promise.reject(new AppError('unauthenticated', 'INVALID_CLIENT', '客户端凭证无效')),
    });
    const answer = await ask(credentials);
    expect([answer.status, answer.body, answer.headers.get('cache-control')]).toEqual([
      401,
      { error: 'invalid_client' },
      'no-store',
    ]);
  });

  test('an audience nobody offers is the caller’s fault', async () => {
    gate.script({ issueToken: () => Promise.reject(new AppError('invalid', 'VALIDATION', '参数校验失败')) });
    expect([(await ask({ ...credentials, audience: 'open' })).status]).toEqual([400]);
  });

  test.each([
    [{ ...credentials, grant_type: 'password' }, 'unsupported_grant_type'],
    [{ client_id: 'a', client_secret: 'b' }, 'invalid_request'],
    [{ grant_type: 'client_credentials' }, 'invalid_request'],
    [{ ...credentials, client_secret: 'x'.repeat(4_001) }, 'invalid_request'],
  ])('%j', async (fields, error) => {
    for (const form of [true, false]) {
      const answer = await ask(fields as Record<string, string>, form);
      expect([answer.status, answer.body]).toEqual([400, { error }]);
    }
  });

  test.each([
    ['client_id=a&client_id=b&client_secret=c&grant_type=client_credentials', 'application/x-www-form-urlencoded', 400],
    ['{"grant_type":', 'application/json', 400],
    ['<x/>', 'application/xml', 415],
  ])('%s as %s', async (raw, type, status) => {
    const answer = await gate.send('POST', '/auth/token', { token: '', raw, headers: { 'content-type': type } });
    expect([answer.status, answer.body]).toEqual([status, { error: 'invalid_request' }]);
  });

  test('an unknown path of the family', async () => {
    expect([(await gate.send('GET', '/auth/token')).status, (await gate.send('GET', '/auth/token')).body]).toEqual([
      404,
      { error: 'not_found' },
    ]);
  });
});
