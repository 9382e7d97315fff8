import { beforeAll, expect, test } from '@jest/globals';
import { until } from '@crossdock/stack/until';
import { connect, connectorOf, openShop, type Connected } from '../../src/e2e/shops.ts';
import { sync } from '../../src/e2e/syncs.ts';
import type { World } from '../../src/e2e/world.ts';
import { chinese, envelope, expectAnswer, expectHeaders, id, time } from './expected.ts';

/** Each example of the commerce document about connectors, field by field; what we add to a body is named beside what it shows. */
export function commerceDocument(world: () => World): void {
  let synced: Connected;
  let taskId: string;
  const name = () => `天猫 ${synced.shopId}`;

  beforeAll(async () => {
    synced = await connect(world(), { products: 25 });
    taskId = (await sync(world().admin, synced.id)).task_id;
    const counted = async () => (await world().admin.get(`/${synced.id}`)).body.data.stats.last_sync_at !== null;
    await until(counted, { what: 'the statistics of the sync' });
  });

  test('创建连接器: 201 with the address to authorize at, then 409 and 422', async () => {
    const { admin, stack } = world();
    const shop = await openShop(world());
    const made = await admin.post('', { ...connectorOf(shop), name: '天猫旗舰店' });
    const data = {
      id,
      name: '天猫旗舰店',
      platform: 'tmall',
      status: 'pending',
      auth_url: expect.any(String),
      created_at: time,
    };
    expectAnswer(made, 201, envelope(data, '连接器创建成功', 201));
    const authUrl = new URL(made.body.data.auth_url);
    expect(`${authUrl.origin}${authUrl.pathname}`).toBe(`${stack.sandbox}/taobao/authorize`);
    expect(Object.fromEntries(authUrl.searchParams)).toEqual({
      response_type: 'code',
      client_id: shop.appKey,
      redirect_uri: `${stack.gateway}/oauth/callback/tmall`,
      state: expect.stringMatching(/^[\w-]{20,}$/),
      view: 'web',
    });
    expectAnswer(
      await admin.post('', connectorOf(shop)),
      409,
      envelope(null, '该平台店铺已存在连接器', 'CONNECTOR_001'),
    );
    const wrong = await admin.post('', {
      name: '天猫旗舰店',
      platform: 'tmall',
      config: { app_key: 'k', extra: 'x' },
      sync_interval_minutes: 4,
    });
    const errors = {
      'config.extra': [chinese],
      'config.app_secret': ['缺少必填项'],
      'config.shop_id': ['缺少必填项'],
      sync_interval_minutes: [expect.stringContaining('5')],
    };
    expectAnswer(wrong, 422, envelope({ errors }, '参数校验失败', 422));
  });

  test('创建连接器 without an interval syncs every 15 minutes', async () => {
    const { admin } = world();
    const { sync_interval_minutes: _interval, ...request } = connectorOf(await openShop(world()));
    const { id: created } = (await admin.post('', request)).body.data;
    expect((await admin.get(`/${created}`)).body.data.config.sync_interval_minutes).toBe(15);
  });

  test('获取连接器列表', async () => {
    const { admin } = world();
    const answer = await admin.get('?page=1&page_size=100&platform=tmall');
    const { items, total } = answer.body.data;
    expectAnswer(
      answer,
      200,
      envelope({ items: expect.any(Array), total, page: 1, page_size: 100, pages: Math.ceil(total / 100) }),
    );
    expect(total).toBeGreaterThan(0);
    for (const item of items) {
      expect(item).toEqual({
        id,
        name: expect.any(String),
        platform: 'tmall',
        status: expect.stringMatching(/^(pending|connected|running|error)$/),
        status_reason: item.status_reason,
        shop_name: item.status === 'pending' ? null : item.shop_name,
        last_sync_at: item.last_sync_at === null ? null : time,
        next_sync_at: item.next_sync_at === null ? null : time,
        sync_interval_minutes: expect.any(Number),
        created_at: time,
      });
    }
  });

  test('获取连接器列表 by status, by default 20 a page, with links, and empty behind the end', async () => {
    const { admin } = world();
    const running = (await admin.get('?status=running&page_size=100')).body.data.items;
    expect(running.map((item: { id: string }) => item.id)).toContain(synced.id);
    expect(running.every((item: { status: string }) => item.status === 'running')).toBe(true);
    expect((await admin.get('')).body.data).toMatchObject({ page: 1, page_size: 20 });
    const second = await admin.get('?page=2&page_size=1');
    expect(second.headers.get('link')).toMatch(/rel="?prev"?.*rel="?next"?|rel="?next"?.*rel="?prev"?/);
    expect((await admin.get('?page=9000')).body.data).toMatchObject({ items: [], page: 9000 });
    expect((await admin.get('?platform=jd')).body.data).toEqual({
      items: [],
      total: 0,
      page: 1,
      page_size: 20,
      pages: 0,
    });
  });

  test('获取连接器详情: secrets absent, the app key masked, statistics of the last sync', async () => {
    const { admin } = world();
    const answer = await admin.get(`/${synced.id}`);
    const { last_sync_at, last_sync_duration_seconds } = answer.body.data.stats;
    expectAnswer(
      answer,
      200,
      envelope({
        id: synced.id,
        name: name(),
        platform: 'tmall',
        status: 'running',
        status_reason: null,
        shop_name: expect.stringMatching(/\S/),
        config: {
          app_key: `sandb***${synced.appKey.slice(-4)}`,
          shop_id: synced.shopId,
          sync_interval_minutes: 15,
        },
        stats: {
          total_products: 25,
          total_orders_30d: 0,
          last_sync_at: time,
          last_sync_status: 'success',
          last_sync_duration_seconds: expect.any(Number),
        },
        created_at: time,
        updated_at: time,
      }),
    );
    expect(Number.isInteger(last_sync_duration_seconds)).toBe(true);
    expect(answer.headers.get('etag')).toMatch(/^"/);
    const task = (await admin.get(`/${synced.id}/sync/tasks/${taskId}`)).body.data;
    expect(last_sync_at).toBe(task.started_at);
    const [item] = (await admin.get('?page_size=100')).body.data.items.filter(
      (each: { id: string }) => each.id === synced.id,
    );
    const next = Date.parse(item.next_sync_at) - Date.parse(item.last_sync_at);
    expect(next).toBeGreaterThanOrEqual(15 * 60_000 - 1_000);
    expect(next).toBeLessThanOrEqual(16 * 60_000);
  });

  test('更新连接器: 200 with the detail, only what is given, and 412 for who saw an older one', async () => {
    const { admin } = world();
    const { id: one } = await connect(world());
    const before = await admin.get(`/${one}`);
    const changed = await admin.put(`/${one}`, { name: '天猫旗舰店(更新)', sync_interval_minutes: 5 });
    const { data } = before.body;
    expectAnswer(
      changed,
      200,
      envelope({
        ...data,
        name: '天猫旗舰店(更新)',
        config: { ...data.config, sync_interval_minutes: 5 },
        updated_at: time,
      }),
    );
    const stale = await admin.send('PUT', `/api/v1/connectors/${one}`, {
      json: { name: '旧的' },
      headers: { 'if-match': before.headers.get('etag') ?? '' },
    });
    expectAnswer(stale, 412, envelope(null, chinese, 412));
    expectAnswer(await admin.put(`/${one}`, { sync_interval_minutes: 4 }), 422, {
      code: 422,
      message: '参数校验失败',
      data: { errors: { sync_interval_minutes: [expect.stringContaining('5')] } },
    });
    const masked = await admin.put(`/${one}`, { config: { app_key: data.config.app_key, app_secret: '***' } });
    expect([masked.status, masked.body.data.status]).toEqual([200, data.status]);
  });

  test('删除连接器: 204 without a body', async () => {
    const { admin } = world();
    const { id: one } = await connect(world());
    const gone = await admin.delete(`/${one}`);
    expect([gone.status, gone.text]).toEqual([204, '']);
    expectHeaders(gone);
  });

  test('健康检查: unknown before the consent, healthy after a call', async () => {
    const { admin } = world();
    const pending = (await admin.post('', connectorOf(await openShop(world())))).body.data.id;
    const health = (connector: string, status: string, checks: object, more: object) =>
      envelope({ connector_id: connector, status, checks, ...more });
    expectAnswer(
      await admin.get(`/${pending}/health`),
      200,
      health(
        pending,
        'unknown',
        { auth_valid: false, api_reachable: expect.any(Boolean), rate_limit_ok: true, last_error: null },
        { auth_expires_at: null, checked_at: null },
      ),
    );
    // The outcomes of calls reach the registry once a second.
    await until(async () => (await admin.get(`/${synced.id}/health`)).body.data.status !== 'unknown', {
      what: 'the first outcome of a call',
    });
    const fine = { auth_valid: true, api_reachable: true, rate_limit_ok: true, last_error: null };
    for (const query of ['', '?refresh=true']) {
      const answer = await admin.get(`/${synced.id}/health${query}`);
      expectAnswer(answer, 200, health(synced.id, 'healthy', fine, { auth_expires_at: time, checked_at: time }));
      expect(Date.parse(answer.body.data.auth_expires_at)).toBeGreaterThan(Date.now() + 86_400_000);
    }
  });
}
