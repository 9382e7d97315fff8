import { beforeAll, expect, test } from '@jest/globals';
import { http } from '../../src/e2e/http.ts';
import { connect, type Connected } from '../../src/e2e/shops.ts';
import { ended, sync } from '../../src/e2e/syncs.ts';
import type { World } from '../../src/e2e/world.ts';
import { chinese, envelope, expectAnswer, id, time } from './expected.ts';

/** The other half of the commerce document's examples: syncs, tasks, what was synced, types, webhooks. */
export function commerceSyncs(world: () => World): void {
  let synced: Connected;
  let taskId: string;

  beforeAll(async () => {
    synced = await connect(world(), { products: 25 });
    taskId = (await sync(world().admin, synced.id)).task_id;
  });

  test('商品同步: 202 with the queued task, incremental unless told otherwise, the body optional', async () => {
    const { admin } = world();
    const { id: one } = await connect(world());
    const queued = (mode: string) =>
      envelope(
        { task_id: id, connector_id: one, sync_type: 'products', mode, status: 'queued', created_at: time },
        '同步任务已提交',
        202,
      );
    expectAnswer(await admin.post(`/${one}/sync/products`), 202, queued('incremental'));
    const { id: two } = await connect(world());
    const since = new Date(Date.now() - 86_400_000).toISOString();
    const answer = await admin.post(`/${two}/sync/products`, { mode: 'incremental', since });
    expectAnswer(answer, 202, {
      ...queued('incremental'),
      data: { ...(queued('incremental').data as object), connector_id: two },
    });
  });

  test.each([
    ['订单同步', 'orders'],
    ['库存同步', 'inventory'],
    ['评价同步', 'reviews'],
  ])('%s: parameters and answer as of 商品同步', async (_name, type) => {
    const { admin } = world();
    const { id: one } = await connect(world(), { orders: 5, reviews: 5 });
    const since = new Date(Date.now() - 86_400_000).toISOString();
    for (const body of [undefined, {}, { mode: 'full' }, { mode: 'incremental', since }]) {
      const data = {
        task_id: id,
        connector_id: one,
        sync_type: type,
        mode: body?.mode ?? 'incremental',
        status: 'queued',
        created_at: time,
      };
      const answer = await admin.post(`/${one}/sync/${type}`, body);
      expectAnswer(answer, 202, envelope(data, '同步任务已提交', 202));
      expect((await ended(admin, one, answer.body.data.task_id)).status).toBe('completed');
    }
  });

  test('获取同步任务状态', async () => {
    const { admin } = world();
    const task = {
      task_id: taskId,
      connector_id: synced.id,
      sync_type: 'products',
      mode: 'full',
      status: 'completed',
      reason: null,
      trigger: 'manual',
      progress: { total: 25, synced: 25, failed: 0, skipped: 0 },
      started_at: time,
      completed_at: time,
      duration_seconds: expect.any(Number),
    };
    expectAnswer(await admin.get(`/${synced.id}/sync/tasks/${taskId}`), 200, envelope(task));
    const page = { total: 1, page: 1, page_size: 20, pages: 1 };
    expectAnswer(
      await admin.get(`/${synced.id}/sync/tasks?type=products&status=completed`),
      200,
      envelope({ items: [task], ...page }),
    );
    expectAnswer(
      await admin.get(`/${synced.id}/sync/tasks/${taskId}/errors`),
      200,
      envelope({ items: [], ...page, total: 0, pages: 0 }),
    );
  });

  test('what was synced is read back with the normalised fields', async () => {
    const { admin, platform } = world();
    const answer = await admin.get(`/${synced.id}/products?page_size=7`);
    const { items, next_cursor } = answer.body.data;
    expectAnswer(
      answer,
      200,
      envelope({ items, total: 25, page: 1, page_size: 7, pages: 4, next_cursor: expect.any(String) }),
    );
    expect(items).toHaveLength(7);
    const money = {
      amount: expect.stringMatching(/^\d+\.\d\d$/),
      currency: 'CNY',
      minor: expect.stringMatching(/^\d+$/),
    };
    const truth = new Map(
      (await platform.truthItems('tmall', synced.shopId)).items.map((row) => [row.id, row.updated_at]),
    );
    for (const { raw: _raw, ...item } of items) {
      expect(item).toEqual({
        external_id: expect.stringMatching(/^\d{16,}$/),
        title: chinese,
        status: expect.stringMatching(/^(on_sale|off_sale)$/),
        outer_id: item.outer_id === null ? null : expect.any(String),
        price: money,
        stock: expect.any(Number),
        images: expect.any(Array),
        category_id: expect.any(String),
        skus: expect.any(Array),
        source_updated_at: time,
        synced_at: time,
        deleted_at: null,
      });
      expect(Date.parse(item.source_updated_at)).toBe(Date.parse(truth.get(item.external_id) ?? ''));
      for (const sku of item.skus)
        expect(Object.keys(sku).toSorted()).toEqual(['outer_id', 'price', 'properties', 'sku_id', 'stock']);
    }
    const ids = (list: { external_id: string }[]) => list.map(({ external_id }) => external_id);
    const byPage = (await admin.get(`/${synced.id}/products?page=2&page_size=7`)).body.data.items;
    const byCursor = (await admin.get(`/${synced.id}/products?cursor=${encodeURIComponent(next_cursor)}&page_size=7`))
      .body.data.items;
    expect(ids(byCursor)).toEqual(ids(byPage));
    expect((await admin.get(`/${synced.id}/products?page=4&page_size=7`)).body.data.next_cursor).toBe(null);
    const found = (await admin.get(`/${synced.id}/products?q=${encodeURIComponent(items[0].title)}`)).body.data.items;
    expect(ids(found)).toContain(items[0].external_id);
    for (const query of [
      'page=9000',
      `updated_since=${new Date().toISOString()}`,
      'q=%E6%B2%A1%E6%9C%89%E8%BF%99%E4%B8%AA',
    ])
      expect((await admin.get(`/${synced.id}/products?${query}`)).body.data.items).toEqual([]);
  });

  test('连接器类型: as the document shows them, in its order of keys, and each icon without a token', async () => {
    const { admin, stack } = world();
    const answer = await admin.get('/types');
    const type = (platform: string, display_name: string) => ({
      platform,
      display_name,
      icon_url: `/icons/${platform}.svg`,
      supported_sync_types: ['products', 'orders', 'inventory', 'reviews'],
      auth_type: 'oauth2',
      min_sync_interval_minutes: 5,
      config_schema: {
        app_key: { type: 'string', required: true },
        app_secret: { type: 'string', required: true, sensitive: true },
        shop_id: { type: 'string', required: true },
      },
    });
    const types = [type('tmall', '天猫'), type('taobao', '淘宝')];
    expectAnswer(answer, 200, envelope(types));
    expect(answer.text).toBe(JSON.stringify(envelope(types)));
    for (const { icon_url } of types) {
      const icon = await http(stack.gateway)('GET', icon_url);
      expect([icon.status, icon.headers.get('content-type')]).toEqual([200, expect.stringContaining('image/svg+xml')]);
    }
  });

  test('配置 Webhook: the document’s own request', async () => {
    const { admin } = world();
    const request = {
      url: 'https://your-system.com/webhook/nolux',
      events: ['sync.completed', 'sync.failed'],
      secret: 'your_webhook_secret',
    };
    const made = await admin.post(`/${synced.id}/webhooks`, request);
    const { url, events } = request;
    const shown = { id, url, events, status: 'enabled', secret_hint: '***cret', created_at: time };
    expectAnswer(made, 201, envelope(shown, chinese, 201));
    expectAnswer(await admin.post(`/${synced.id}/webhooks`, request), 409, envelope(null, chinese, 409));
    const { id: webhook } = made.body.data;
    const endpoint = {
      ...shown,
      id: webhook,
      disabled_reason: null,
      filter: null,
      headers: {},
      retry_schedule: [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400],
      throttle: null,
      payload: 'full',
      live_secrets: 1,
      breaker_open_until: null,
      failing_since: null,
    };
    expectAnswer(await admin.get(`/${synced.id}/webhooks/${webhook}`), 200, envelope(endpoint));
    const page = { total: 1, page: 1, page_size: 20, pages: 1 };
    expectAnswer(await admin.get(`/${synced.id}/webhooks`), 200, envelope({ items: [endpoint], ...page }));
    const gone = await admin.delete(`/${synced.id}/webhooks/${webhook}`);
    expect([gone.status, gone.text]).toEqual([204, '']);
    expectAnswer(await admin.get(`/${synced.id}/webhooks/${webhook}`), 404, envelope(null, chinese, 404));
    for (const [wrong, field] of [
      [{ url, events: [] }, 'events'],
      [{ url, events: ['sync.started'] }, 'events'],
      [{ url: 'http://10.0.0.1/hook', events }, 'url'],
      [{ url: 'ftp://your-system.com/', events }, 'url'],
      [{ url, events, secret: '' }, 'secret'],
    ] as const) {
      const answer = await admin.post(`/${synced.id}/webhooks`, wrong);
      expectAnswer(answer, 422, envelope({ errors: { [field]: [chinese] } }, '参数校验失败', 422));
    }
  });
}
