import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { APP, startWithClient } from './seller.ts';

let box: Awaited<ReturnType<typeof startWithClient>>;

beforeAll(async () => {
  box = await startWithClient();
});
afterAll(() => box.stop());

const send = async (method: string, path: string, body?: unknown) => {
  const init =
    body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
  const answer = await fetch(`${box.controlUrl}/control${path}`, { method, ...init });
  return { status: answer.status, body: (await answer.json()) as { error?: string } };
};

describe('bad input is answered with its reason', () => {
  test.each([
    ['PUT', '/jd/shops/1', { products: 1 }, 404, 'tmall, taobao'],
    ['PUT', '/tmall/shops/1', { products: '1' }, 400, 'integer'],
    ['PUT', '/tmall/shops/1', { products: -1 }, 400, '>= 0'],
    ['PUT', '/tmall/shops/1', { colour: 1 }, 400, 'additional'],
    ['PUT', '/tmall/shops/a%20b', {}, 400, 'shop id'],
    ['PUT', '/tmall/apps/mine', { rate_per_second: 1 }, 400, 'sandbox-'],
    ['POST', '/tmall/mutate', { shop_id: 'none', entity: 'products', op: 'touch', count: 1 }, 400, 'no shop none'],
    ['POST', '/faults', { platform: 'tmall', kind: 'flood' }, 400, 'poison_row'],
    ['POST', '/faults', { platform: 'tmall', kind: 'status' }, 400, 'status'],
    ['POST', '/faults', { platform: 'jd', kind: 'reset' }, 400, 'tmall, taobao'],
    ['POST', '/authorize', { auth_url: 'nowhere', shop_id: '1' }, 400, 'auth_url'],
    ['POST', '/clock', {}, 400, 'fewer'],
    ['POST', '/clock', { now: 'yesterday' }, 400, 'now'],
    ['GET', '/requests?since=yesterday', undefined, 400, 'since'],
    ['GET', '/tmall/shops/none/products', undefined, 404, 'no shop none'],
    ['GET', '/nothing', undefined, 404, 'no control route'],
  ])('%s %s %j', async (method, path, body, status, reason) => {
    const answer = await send(method, path, body);
    expect(answer.status).toBe(status);
    expect(answer.body.error).toContain(reason);
  });

  test('malformed JSON too', async () => {
    const answer = await fetch(`${box.controlUrl}/control/faults`, {
      method: 'POST',
      body: '{',
      headers: { 'content-type': 'application/json' },
    });
    expect([answer.status, Object.keys((await answer.json()) as object)]).toEqual([400, ['error']]);
  });

  test('a mutation must name rows that are there', async () => {
    await box.control.putShop('tmall', '4000', { products: 5 });
    const base = { shop_id: '4000', entity: 'products', op: 'delete' };
    for (const bad of [
      {},
      { count: 1, ids: ['1'] },
      { count: 6 },
      { ids: ['1'] },
      { count: 0 },
      { ids: [1] },
      { entity: 'orders', count: 1 },
    ]) {
      expect((await send('POST', '/tmall/mutate', { ...base, ...bad })).status).toBe(400);
    }
    expect((await box.control.truth('tmall', '4000')).total).toBe(5);
  });
});

describe('shops', () => {
  test('the truth is the hash over the sorted ids', async () => {
    await box.control.putShop('tmall', '4001', { products: 50, seed: 9 });
    const { items, sha256 } = await box.control.truthItems('taobao', '4001');
    expect(sha256).toBe(
      createHash('sha256')
        .update(
          items
            .map((item) => item.id)
            .sort()
            .join('\n'),
        )
        .digest('hex'),
    );
    expect(await box.control.truth('tmall', '4001')).toEqual({ total: 50, sha256 });
  });

  test('the same seed gives the same rows, another one others, and what is not named stays', async () => {
    const before = await box.control.putShop('tmall', '4002', { products: 50, seed: 9, latency_ms: 5 });
    const first = await box.control.truth('tmall', '4002');
    await box.control.putShop('tmall', '4002', { seed: 10 });
    expect((await box.control.truth('tmall', '4002')).sha256).not.toBe(first.sha256);
    expect(await box.control.putShop('tmall', '4002', { seed: 9 })).toEqual(before);
    expect(await box.control.truth('tmall', '4002')).toEqual(first);
  });

  test('seeded rows span a day and none is younger than an hour', async () => {
    await box.control.putShop('tmall', '4003', { products: 100 });
    const times = (await box.control.truthItems('tmall', '4003')).items.map((item) => Date.parse(item.updated_at));
    expect(Math.max(...times)).toBeLessThanOrEqual(Date.now() - 3_600_000);
    expect(Math.max(...times) - Math.min(...times)).toBeGreaterThan(86_400_000);
  });

  test('a changed shop keeps its tokens and its mutations', async () => {
    await box.control.putShop('tmall', '4004', { products: 20 });
    const session = await box.session('4004');
    await box.control.mutate('tmall', { shop_id: '4004', entity: 'products', op: 'delete', count: 2 });
    await box.control.putShop('tmall', '4004', { products: 20, rate_per_second: 100 });
    expect((await box.control.truth('tmall', '4004')).total).toBe(18);
    expect(await box.call('taobao.user.seller.get', session, { fields: 'nick' })).toContain('4004');
  });
});

describe('the merchant', () => {
  test('goes from the authorize page to our callback, and tells where it ended', async () => {
    const seen: string[] = [];
    const callback = createServer((request, reply) => {
      seen.push(request.url ?? '');
      if (request.url?.startsWith('/cb')) reply.writeHead(302, { location: '/done' }).end();
      else reply.end('ok');
    });
    await new Promise<void>((resolve) => callback.listen(0, '127.0.0.1', resolve));
    const base = `http://127.0.0.1:${(callback.address() as AddressInfo).port}`;
    await box.control.putShop('tmall', '4005', {});
    const query = new URLSearchParams({
      response_type: 'code',
      client_id: APP,
      redirect_uri: `${base}/cb`,
      state: 'xyz',
    });
    const auth_url = `${box.url}/taobao/authorize?${query.toString()}`;

    expect(await box.control.authorize({ auth_url, shop_id: '4005' })).toEqual({
      location: `${base}/done`,
      status: 200,
    });
    expect(seen[0]).toMatch(/^\/cb\?code=[^&]+&state=xyz$/);
    await box.control.authorize({ auth_url, shop_id: '4005', approve: false });
    expect(seen[2]).toContain('error=access_denied');
    expect((await box.control.authorize({ auth_url, shop_id: 'none' })).status).toBe(400);
    callback.close();
    callback.closeAllConnections();
    const gone = await send('POST', '/authorize', { auth_url, shop_id: '4005' });
    expect([gone.status, gone.body.error]).toEqual([502, expect.stringContaining('ECONNREFUSED')]);
  });
});

test('requests are kept as they came, with how they ended', async () => {
  await box.control.putShop('tmall', '4006', { products: 5 });
  const session = await box.session('4006');
  await box.call('taobao.items.onsale.get', session, { fields: 'num_iid' });
  await box.call('taobao.items.onsale.get', session, { fields: 'num_iid', page_size: '999' });
  const items = await box.control.requests({ platform: 'taobao', match: encodeURIComponent(session) });
  expect(items.map((item) => [item.method, item.path, item.status, item.outcome])).toEqual([
    ['POST', '/taobao/router/rest', 200, 'ok'],
    ['POST', '/taobao/router/rest', 200, 'refused'],
  ]);
  expect(items[0]?.at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  expect(items[0]?.body).toContain('method=taobao.items.onsale.get');
  expect(items[0]?.headers['content-type']).toContain('urlencoded');
  expect(await box.control.requests({ since: new Date(Date.now() + 60_000).toISOString() })).toEqual([]);
});

test('a reset leaves nothing', async () => {
  await box.control.putShop('tmall', '4007', { products: 5 });
  const session = await box.session('4007');
  await box.control.moveClock({ advance_ms: 3_600_000 });
  await box.control.reset();
  expect(await box.control.requests()).toEqual([]);
  await expect(box.control.truth('tmall', '4007')).rejects.toThrow('no shop 4007');
  await box.control.putShop('tmall', '4007', { products: 5 });
  expect(await box.call('taobao.user.seller.get', session, { fields: 'nick' })).toContain('invalid-sessionkey');
});
