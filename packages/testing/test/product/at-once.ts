import { expect, test } from '@jest/globals';
import { until } from '@crossdock/stack/until';
import { http, type Answer } from '../../src/e2e/http.ts';
import { connect, connectorOf, openShop } from '../../src/e2e/shops.ts';
import { ended, startSync } from '../../src/e2e/syncs.ts';
import type { World } from '../../src/e2e/world.ts';
import { UUID } from './expected.ts';

const times = <T>(count: number, make: (n: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: count }, (_, n) => make(n)));

const statuses = (answers: Answer[]): number[] => answers.map(({ status }) => status).toSorted((a, b) => a - b);

/** Again while the answer is "not now", as it may be on a machine that has too much to do. */
const patiently = (send: () => Promise<Answer>): Promise<Answer> =>
  until(
    async () => {
      const answer = await send();
      return answer.status === 503 ? null : answer;
    },
    { timeoutMs: 60_000, everyMs: 1_000, what: 'an answer but 503' },
  );

/** What many do at the same moment happens once. */
export function atOnce(world: () => World): void {
  test('one callback address called 50 times at once exchanges its code once and shows everybody the same page', async () => {
    const { admin, platform, stack } = world();
    const shop = await openShop(world());
    const { id, auth_url } = (await admin.post('', connectorOf(shop))).body.data;
    const form = new URL(auth_url).searchParams;
    form.set('shop_id', shop.shopId);
    form.set('decision', 'approve');
    const decided = await http(stack.sandbox)('POST', '/taobao/authorize', { raw: form });
    const callback = new URL(decided.headers.get('location') ?? '');
    expect(callback.origin).toBe(stack.gateway);

    const pages = await times(50, () => http(stack.gateway)('GET', callback.pathname + callback.search));
    expect(new Set(pages.map(({ status, text }) => `${status} ${text}`)).size).toBe(1);
    expect(pages[0]).toMatchObject({ status: 200, text: expect.stringContaining('授权成功') });
    const later = await http(stack.gateway)('GET', callback.pathname + callback.search);
    expect(later.text).toBe(pages[0]?.text);
    const exchanges = (await platform.requests({ platform: 'tmall', match: shop.appKey })).filter(({ path }) =>
      path.startsWith('/taobao/token'),
    );
    expect(exchanges.map(({ outcome }) => outcome)).toEqual(['ok']);
    expect((await admin.get(`/${id}`)).body.data).toMatchObject({ status: 'connected', status_reason: null });
  });

  test('100 triggers at once make one task', async () => {
    const { admin, platform } = world();
    const { id, shopId } = await connect(world(), { products: 100 });
    // A closed shop: the task lives, waiting, until all have asked.
    await platform.putShop('tmall', shopId, { frozen: true });
    const answers = await times(100, () => patiently(() => admin.post(`/${id}/sync/products`, { mode: 'full' })));
    expect(answers.filter(({ status }) => status !== 202).map(({ text }) => text)).toEqual([]);
    const tasks = new Set(answers.map(({ body }) => body.data.task_id as string));
    expect([...tasks]).toEqual([expect.stringMatching(UUID)]);
    expect(answers.filter(({ body }) => body.data.deduplicated !== true).length).toBeLessThanOrEqual(1);
    await platform.putShop('tmall', shopId, { frozen: false });
    await admin.post(`/${id}/sync/products`, { mode: 'full' });
    expect((await admin.get(`/${id}/sync/tasks`)).body.data).toMatchObject({
      total: 1,
      items: [{ task_id: [...tasks][0] }],
    });
    expect(await ended(admin, id, [...tasks][0]!)).toMatchObject({
      status: 'completed',
      progress: { total: 100, synced: 100 },
    });
  });

  test('the same Idempotency-Key at once makes one connector, and for another body is refused', async () => {
    const { admin } = world();
    const shop = await openShop(world());
    const key = { 'idempotency-key': `key-${shop.shopId}` };
    const answers = await times(20, () => admin.post('', connectorOf(shop), key));
    const [made, ...others] = [...new Set(answers.filter(({ status }) => status === 201).map(({ text }) => text))];
    expect(others).toEqual([]);
    const refused = answers.filter(({ status }) => status !== 201);
    expect(refused.every(({ status, body }) => status === 409 && body.code === 409)).toBe(true);
    expect((await admin.post('', connectorOf(shop), key)).text).toBe(made);
    const other = await admin.post('', { ...connectorOf(shop), name: '别的' }, key);
    expect([other.status, other.body.code]).toEqual([422, 422]);
    const sameShop = (await admin.get('?page_size=100')).body.data.items.filter(({ name }: { name: string }) =>
      name.includes(shop.shopId),
    );
    expect(sameShop).toHaveLength(1);
  });

  test('the same Idempotency-Key at once starts one sync, also for one that asks after it ended', async () => {
    const { admin } = world();
    const { id } = await connect(world());
    const trigger = (mode: string) => admin.post(`/${id}/sync/products`, { mode }, { 'idempotency-key': 'once' });
    const answers = await times(20, () => trigger('full'));
    const accepted = answers.filter(({ status }) => status === 202);
    const [taskId, ...others] = [...new Set(accepted.map(({ body }) => body.data.task_id as string))];
    expect(others).toEqual([]);
    expect(answers.every(({ status }) => status === 202 || status === 409)).toBe(true);
    await ended(admin, id, taskId!);
    expect((await trigger('full')).body.data.task_id).toBe(taskId);
    expect((await trigger('incremental')).status).toBe(422);
    expect((await admin.get(`/${id}/sync/tasks`)).body.data.total).toBe(1);
  });

  test('a shop has one connector, however many create it at once; another tenant may have its own', async () => {
    const { admin, other } = world();
    const shop = await openShop(world());
    const answers = await times(10, () => admin.post('', connectorOf(shop)));
    expect(statuses(answers)).toEqual([201, ...Array.from({ length: 9 }, () => 409)]);
    for (const { status, body } of answers) {
      if (status === 409)
        expect(body).toEqual({ code: 'CONNECTOR_001', message: '该平台店铺已存在连接器', data: null });
    }
    expect((await other.post('', connectorOf(shop))).status).toBe(201);
  });

  test('a quota of two holds, also for two creates at once for the last place, and a deleted one makes room', async () => {
    const { small } = world();
    const create = async () => small.post('', connectorOf(await openShop(world())));
    const first = await create();
    expect(first.status).toBe(201);
    const last = await Promise.all([create(), create()]);
    expect(statuses(last)).toEqual([201, 403]);
    const third = await create();
    expect([third.status, third.body]).toEqual([
      403,
      { code: 'QUOTA_003', message: '连接器数量已达订阅方案上限', data: null },
    ]);
    expect((await small.get('')).body.data.total).toBe(2);
    await small.delete(`/${first.body.data.id}`);
    expect((await create()).status).toBe(201);
  });

  test('a second consent while a sync runs, and a trigger while one is cancelled, end in one consistent state', async () => {
    const { admin, platform } = world();
    const { id, shopId } = await connect(world(), { products: 200, latency_ms: 40 });
    const taskId = await startSync(admin, id);
    const { auth_url } = (await admin.post(`/${id}/authorize`)).body.data;
    await Promise.all([
      platform.authorize({ auth_url, shop_id: shopId }),
      admin.post(`/${id}/sync/tasks/${taskId}/cancel`),
      admin.post(`/${id}/sync/products`, { mode: 'incremental' }),
    ]);
    expect((await ended(admin, id, taskId)).status).toBe('cancelled');
    const { items } = (await admin.get(`/${id}/sync/tasks`)).body.data;
    for (const { task_id } of items) await ended(admin, id, task_id);
    expect((await admin.get(`/${id}`)).body.data.status).toMatch(/^(connected|running)$/);
  });
}
