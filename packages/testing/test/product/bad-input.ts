import { beforeAll, describe, expect, test } from '@jest/globals';
import { request } from 'node:http';
import { until } from '@crossdock/stack/until';
import { http, type Send } from '../../src/e2e/http.ts';
import { connect, connectorOf, openShop, type Connected } from '../../src/e2e/shops.ts';
import { products, sync } from '../../src/e2e/syncs.ts';
import type { World } from '../../src/e2e/world.ts';
import { expectHeaders } from './expected.ts';
import { FAMILIES, type Family, HOSTILE_BODIES, HOSTILE_PATHS, INSIDES } from './hostile-requests.ts';

const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** Bad input from outside: the family's refusal, never a 5xx, nothing stored. */
export function badInput(world: () => World): void {
  let kept: Connected;
  let before: unknown;

  /** Everything that a request could have left behind. */
  async function stored() {
    const { admin } = world();
    const [connectors, tasks, webhooks, shops, detail] = await Promise.all([
      admin.get('?page_size=1'),
      admin.get(`/${kept.id}/sync/tasks`),
      admin.get(`/${kept.id}/webhooks`),
      admin.send('GET', '/api/shops'),
      admin.get(`/${kept.id}`),
    ]);
    const totals = [connectors, tasks, webhooks, shops].map(({ body }) => body.data.total as number);
    return { totals, detail: detail.body.data, products: await products(admin, kept.id) };
  }

  async function refused(family: Family, method: string, path: string, send: Send, status: number) {
    const answer = await http(world().stack.gateway)(method, path, send);
    expect([method, path.slice(0, 80), answer.status, answer.body]).toEqual([
      method,
      path.slice(0, 80),
      status,
      FAMILIES[family](status),
    ]);
    expectHeaders(answer);
    expect(answer.text).not.toMatch(INSIDES);
    return answer;
  }

  beforeAll(async () => {
    kept = await connect(world());
    const { admin } = world();
    await sync(admin, kept.id);
    // The registry hears of the sync's end by an event: only then does the connector stand still.
    await until(async () => (await admin.get(`/${kept.id}`)).body.data.stats.last_sync_status === 'success', {
      timeoutMs: 60_000,
      what: 'the statistics of the sync',
    });
    before = await stored();
  });

  describe.each(HOSTILE_BODIES)('%s as a body', (_what, send, status) => {
    test('is refused by every route that reads one', async () => {
      const { token } = world().admin;
      const one = `/api/v1/connectors/${kept.id}`;
      const given: Send = { ...send, token };
      for (const [method, path] of [
        ['POST', '/api/v1/connectors'],
        ['PUT', one],
        ['POST', `${one}/webhooks`],
      ] as const)
        await refused('commerce', method, path, given, status);
      // Their body is optional.
      if (_what !== 'nothing') await refused('commerce', 'POST', `${one}/sync/products`, given, status);
      await refused('shops', 'POST', '/api/shops', given, status);
      await refused('shops', 'POST', '/api/auth/login', send, status);
      await refused('tokens', 'POST', '/auth/token', send, status === 422 ? 400 : status);
    });
  });

  test.each(
    HOSTILE_PATHS.map(([family, method, path, status]) => ({ family, method, path, status, shown: path.slice(0, 60) })),
  )('$family answers $method $shown with $status', async ({ family, method, path, status }) => {
    const { token } = world().admin;
    const answer = await asIs(world().stack.gateway, method, path, token);
    expect([answer.status, answer.body]).toEqual([status, FAMILIES[family](status)]);
    expect(answer.text).not.toMatch(INSIDES);
  });

  test('a field that is unknown, of another type, blank, too long or out of range is named', async () => {
    const { admin } = world();
    const good = connectorOf(await openShop(world()));
    for (const [change, field] of [
      [{ tenant: 'other' }, 'tenant'],
      [{ name: '店'.repeat(201) }, 'name'],
      [{ name: ' \t' }, 'name'],
      [{ name: 7 }, 'name'],
      [{ name: null }, 'name'],
      [{ name: { $gt: '' } }, 'name.$gt'],
      [{ name: 'a\u0085b' }, 'name'],
      [{ platform: 'ebay' }, 'platform'],
      [{ platform: 'jd' }, 'platform'],
      [{ sync_interval_minutes: '15' }, 'sync_interval_minutes'],
      [{ sync_interval_minutes: 4 }, 'sync_interval_minutes'],
      [{ sync_interval_minutes: 1e308 }, 'sync_interval_minutes'],
      [{ config: 'x' }, 'config'],
      [{ config: { ...good.config, app_key: '' } }, 'config.app_key'],
      [{ config: { ...good.config, app_key: ['x'] } }, 'config.app_key'],
      [{ config: { ...good.config, app_secret: 'x'.repeat(4_001) } }, 'config.app_secret'],
      [{ config: { ...good.config, api_url: 'http://evil.example' } }, 'config.api_url'],
    ] as const) {
      const answer = await admin.post('', { ...good, ...change });
      expect([change, answer.status, answer.body]).toEqual([
        change,
        422,
        { ...FAMILIES.commerce(422), message: '参数校验失败' },
      ]);
      expect(Object.keys(answer.body.data.errors)).toEqual([field]);
    }
  });

  test.each([
    'page_size=0',
    'page_size=101',
    'page_size=abc',
    'page=0',
    'page=-1',
    'page=1.5',
    'page=',
    'page=1&page=2',
    'page=1e400',
  ])('a list with %s is a 422 in every family', async (query) => {
    const { token } = world().admin;
    const lists = ['', '/sync/tasks', '/products', '/webhooks'].map((path) =>
      path === '' ? '' : `/${kept.id}${path}`,
    );
    for (const list of lists) await refused('commerce', 'GET', `/api/v1/connectors${list}?${query}`, { token }, 422);
    await refused('shops', 'GET', `/api/shops?${query.replace('page_size', 'pageSize')}`, { token }, 422);
  });

  test('a record query nobody can mean is a 422 naming its field, a cursor nobody gave too', async () => {
    const { admin } = world();
    for (const [query, field] of [
      ['cursor=nonsense', 'cursor'],
      [`cursor=${'x'.repeat(501)}`, 'cursor'],
      ['updated_since=yesterday', 'updated_since'],
      ['q=%00', 'q'],
      [`q=${'x'.repeat(201)}`, 'q'],
      ['include_deleted=perhaps', 'include_deleted'],
    ] as const) {
      const answer = await admin.get(`/${kept.id}/products?${query}`);
      expect([query, answer.status, Object.keys(answer.body.data?.errors ?? {})]).toEqual([query, 422, [field]]);
    }
    // A search is a text, not a pattern.
    for (const text of ['.*', '(', '[', '\\', '$where', '{"$gt":""}']) {
      const answer = await admin.get(`/${kept.id}/products?q=${encodeURIComponent(text)}`);
      expect([text, answer.status, answer.body.data.items]).toEqual([text, 200, []]);
    }
  });

  test('forged, stripped, altered and foreign tokens are a 401 in the words of the path’s family', async () => {
    const { admin } = world();
    const [header = '', payload = '', signature = ''] = admin.token.split('.');
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as object;
    const { kid } = JSON.parse(Buffer.from(header, 'base64url').toString()) as { kid: string };
    const tokens = [
      `${encode({ alg: 'none', typ: 'JWT' })}.${payload}.`,
      `${encode({ alg: 'none', kid })}.${payload}.${signature}`,
      `${encode({ alg: 'HS256', kid })}.${payload}.${signature}`,
      `${encode({ alg: 'ES256', kid: 'nobody' })}.${payload}.${signature}`,
      `${encode({ alg: 'ES256', kid: { $ne: '' } })}.${payload}.${signature}`,
      `${header}.${encode({ ...claims, tenant: 'other' })}.${signature}`,
      `${header}.${encode({ ...claims, exp: 9_999_999_999 })}.${signature}`,
      `${header}.${payload}.${signature.slice(0, -4)}AAAA`,
      `${header}.${payload}`,
      'nonsense',
      'x'.repeat(10_000),
    ];
    for (const token of tokens) {
      await refused('commerce', 'GET', '/api/v1/connectors', { token }, 401);
      await refused('commerce', 'POST', '/api/v1/connectors', { token, json: {} }, 401);
      await refused('shops', 'GET', '/api/shops', { token }, 401);
      await refused('channels', 'GET', '/api/v1/channels/connectors', { token }, 401);
    }
    for (const authorization of ['', 'Bearer', `Basic ${admin.token}`, `${admin.token}`])
      await refused('commerce', 'GET', '/api/v1/connectors', { headers: { authorization } }, 401);
  });

  test('a callback nobody began shows a page and exchanges nothing', async () => {
    const { stack, platform } = world();
    const exchanges = async () => (await platform.requests({ match: '/taobao/token' })).length;
    const earlier = await exchanges();
    for (const [query, status] of [
      ['', 400],
      ['?state=', 400],
      ['?state=unknown&code=x', 404],
      [`?state=${'x'.repeat(501)}&code=x`, 400],
      ['?state[$ne]=x&code=x', 400],
      ['?state=%00&code=x', 404],
      ['?state=%3Cscript%3Ealert(1)%3C/script%3E&code=x', 404],
      ['?state=a&state=b&code=x', 400],
    ] as const) {
      const answer = await http(stack.gateway)('GET', `/oauth/callback/tmall${query}`);
      expect([query, answer.status]).toEqual([query, status]);
      expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8');
      expect(answer.text).not.toMatch(INSIDES);
      expect(answer.text).not.toContain('<script');
    }
    expect(await exchanges()).toBe(earlier);
  });

  test('an Idempotency-Key that is none is refused', async () => {
    const { token } = world().admin;
    const json = connectorOf(await openShop(world()));
    for (const key of ['', 'a b', 'x'.repeat(256)])
      await refused(
        'commerce',
        'POST',
        '/api/v1/connectors',
        { token, json, headers: { 'idempotency-key': key } },
        422,
      );
  });

  test('nothing of all that was stored', async () => {
    expect(await stored()).toEqual(before);
    expect(({} as { admin?: true }).admin).toBeUndefined();
  });
}

/** A request whose path no URL parser has touched. */
function asIs(
  base: string,
  method: string,
  path: string,
  token: string,
): Promise<{ status: number; body: unknown; text: string }> {
  const { hostname, port } = new URL(base);
  return new Promise((resolve, reject) => {
    request({ hostname, port, path, method, headers: { authorization: `Bearer ${token}` } }, (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => (text += chunk.toString()));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body: JSON.parse(text), text }));
    })
      .on('error', reject)
      .end();
  });
}
