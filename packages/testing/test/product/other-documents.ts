import { expect, test } from '@jest/globals';
import { http } from '../../src/e2e/http.ts';
import { PASSWORD } from '../../src/e2e/users.ts';
import type { World } from '../../src/e2e/world.ts';
import { chinese, expectAnswer, time } from './expected.ts';

/** What this issue serves of the shops document, and the token route. */
export function otherDocuments(world: () => World): void {
  const ask = () => http(world().stack.gateway);
  const login = (json: unknown) => ask()('POST', '/api/auth/login', { json });
  const NOT_FOUND = {
    success: false,
    message: '资源不存在',
    error:
      '404 Not Found: The requested URL was not found on the server. If you entered the URL manually please check your spelling and try again.',
  };

  test('登录获取Token', async () => {
    const answer = await login({ username: 'admin@example.com', password: PASSWORD });
    const user = { id: 1, username: 'admin@example.com', name: 'Admin User', role: 'admin' };
    const token = expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/);
    expectAnswer(answer, 200, { success: true, data: { token, user, expires_in: 86_400 } });
    expect(answer.headers.get('cache-control')).toBe('no-store');
  });

  test('401, 403, 404 and 422 of shops are the document’s bodies', async () => {
    const unauthorized = { success: false, message: '未授权访问', error: 'token_invalid' };
    expectAnswer(await ask()('GET', '/api/shops'), 401, unauthorized);
    expectAnswer(await ask()('GET', '/api/shops', { token: 'a.b.c' }), 401, unauthorized);
    for (const credentials of [
      { username: 'admin@example.com', password: 'wrong' },
      { username: 'nobody@example.com', password: PASSWORD },
    ])
      expectAnswer(await login(credentials), 401, {
        success: false,
        message: chinese,
        error: expect.any(String),
      });
    expectAnswer(await ask()('GET', '/api/test/404'), 404, NOT_FOUND);
    expectAnswer(await world().admin.send('GET', '/api/nothing'), 404, NOT_FOUND);
    const wrong = await world().admin.send('POST', '/api/shops', { json: { name: '', domain: 'not a domain' } });
    const errors = { name: ['店铺名称不能为空'], domain: ['域名格式不正确'] };
    expectAnswer(wrong, 422, { success: false, message: '请求参数错误', errors });
    expectAnswer(await login({ username: 'admin@example.com' }), 422, {
      success: false,
      message: '请求参数错误',
      errors: { password: [chinese] },
    });
  });

  test('shops are created with integer ids and listed', async () => {
    const { other } = world();
    const shop = { name: '测试店铺', domain: 'e2e-documents.myshopify.com' };
    const made = await other.send('POST', '/api/shops', { json: shop });
    expect(made.status).toBe(200);
    const { id: number } = made.body.data;
    expect(Number.isInteger(number)).toBe(true);
    expect(made.body).toEqual({ success: true, data: { id: number, ...shop, status: 'active' } });
    const item = { id: number, name: shop.name, shopify_domain: shop.domain, status: 'active', created_at: time };
    expectAnswer(await other.send('GET', '/api/shops'), 200, {
      success: true,
      data: { items: [item], total: 1, page: 1, pageSize: 10 },
    });
    expect((await world().admin.send('GET', '/api/shops')).body.data.items).not.toContainEqual(item);
  });

  test('/auth/token takes a form and JSON, and refuses as OAuth 2.0 does', async () => {
    const grant = { grant_type: 'client_credentials', client_id: 'demo-client', client_secret: 'demo-client-secret' };
    const token = (send: Parameters<ReturnType<typeof http>>[2]) => ask()('POST', '/auth/token', send);
    const bearer = {
      access_token: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/),
      token_type: 'Bearer',
      expires_in: 3_600,
    };
    for (const given of [{ json: grant }, { raw: new URLSearchParams(grant) }]) {
      const answer = await token(given);
      expectAnswer(answer, 200, bearer);
      expect(answer.headers.get('cache-control')).toBe('no-store');
    }
    for (const wrong of [
      { ...grant, client_secret: 'wrong' },
      { ...grant, client_id: 'nobody' },
    ])
      expectAnswer(await token({ json: wrong }), 401, { error: 'invalid_client' });
    expectAnswer(await token({ json: { ...grant, grant_type: 'password' } }), 400, { error: 'unsupported_grant_type' });
    expectAnswer(await token({ json: { grant_type: 'client_credentials' } }), 400, { error: 'invalid_request' });
  });

  test('channels answers its own 401, 403 and 404', async () => {
    const path = '/api/v1/channels/connectors';
    const envelope = (code: number) => ({ code, message: chinese, result: null });
    expectAnswer(await ask()('GET', path), 401, envelope(401));
    expectAnswer(await world().admin.send('GET', path), 403, envelope(403));
    const { token } = (await login({ username: 'admin@example.com', password: PASSWORD, audience: 'channels' })).body
      .data;
    expectAnswer(await ask()('GET', `${path}/${'x'.repeat(30)}`, { token }), 404, envelope(404));
  });
}
