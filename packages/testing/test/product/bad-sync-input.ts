import { beforeAll, expect, test } from '@jest/globals';
import { connect, connectorOf, openShop, type Connected } from '../../src/e2e/shops.ts';
import { sync, SYNC_TYPES } from '../../src/e2e/syncs.ts';
import type { World } from '../../src/e2e/world.ts';
import { chinese, expectAnswer } from './expected.ts';

const UNKNOWN = '01900000-0000-7000-8000-000000000000';

/** What syncs and connectors cannot mean: refused with the field, and nothing begun. */
export function badSyncInput(world: () => World): void {
  let kept: Connected;
  let taskId: string;

  beforeAll(async () => {
    kept = await connect(world());
    taskId = (await sync(world().admin, kept.id)).task_id;
  });

  const refusal = (...fields: string[]) => ({
    code: 422,
    message: '参数校验失败',
    data: { errors: Object.fromEntries(fields.map((field) => [field, [chinese]])) },
  });

  /** Every route that starts or decides something, under the connector. */
  const deciding = (task: string) => [
    '/pause',
    '/resume',
    '/authorize',
    '/sync/products/1',
    `/sync/tasks/${task}/cancel`,
    `/sync/tasks/${task}/approve`,
    `/sync/tasks/${task}/discard`,
    `/sync/tasks/${task}/errors/retry`,
  ];

  test('a sync type the platform lacks is a 422 that names those it has, also for one record', async () => {
    const { admin } = world();
    for (const path of ['livestream', 'nonsense', 'Products', 'livestream/1', '__proto__', 'constructor/1']) {
      const answer = await admin.post(`/${kept.id}/sync/${path}`, {});
      expectAnswer(answer, 422, refusal('sync_type'));
      for (const type of SYNC_TYPES) expect(answer.text).toContain(type);
    }
  });

  test.each(SYNC_TYPES)(
    'a sync of %s with a mode or a since that means nothing is a 422 with the field',
    async (type) => {
      const { admin } = world();
      for (const [body, field] of [
        [{ mode: 'full', since: '2026-03-13T00:00:00Z' }, 'since'],
        [{ since: new Date(Date.now() + 3_600_000).toISOString() }, 'since'],
        [{ since: 'yesterday' }, 'since'],
        [{ since: '2026-03-13' }, 'since'],
        [{ since: '2026-02-30T00:00:00Z' }, 'since'],
        [{ since: '2026-03-13T25:00:00Z' }, 'since'],
        [{ since: '' }, 'since'],
        [{ since: 1_773_000_000 }, 'since'],
        [{ since: null }, 'since'],
        [{ mode: 'both' }, 'mode'],
        [{ mode: '' }, 'mode'],
        [{ mode: ['full'] }, 'mode'],
        [{ limit: 5 }, 'limit'],
      ] as const) {
        const answer = await admin.post(`/${kept.id}/sync/${type}`, body);
        expect([body, answer.status, answer.body]).toEqual([body, 422, refusal(field)]);
      }
    },
  );

  test('an interval below the platform’s minimum names it, one above the maximum too', async () => {
    const { admin } = world();
    const good = connectorOf(await openShop(world()));
    for (const [minutes, limit] of [
      [4, '5'],
      [0, '5 分钟'],
      [-15, '5 分钟'],
      [43_201, '43200'],
      [7.5, ''],
    ] as const) {
      for (const answer of [
        await admin.post('', { ...good, sync_interval_minutes: minutes }),
        await admin.put(`/${kept.id}`, { sync_interval_minutes: minutes }),
      ]) {
        expectAnswer(answer, 422, refusal('sync_interval_minutes'));
        expect(answer.text).toContain(limit);
      }
    }
  });

  test('a change of config that does not fit is a 422 with the field, and changes nothing', async () => {
    const { admin } = world();
    const before = (await admin.get(`/${kept.id}`)).body.data;
    for (const [config, field] of [
      [{ extra: 'x' }, 'config.extra'],
      [{ app_id: 'x' }, 'config.app_id'],
      [{ app_key: '' }, 'config.app_key'],
      [{ app_secret: ' ' }, 'config.app_secret'],
      [{ app_key: 7 }, 'config.app_key'],
      [{ shop_id: 'another' }, 'config.shop_id'],
    ] as const) {
      const answer = await admin.put(`/${kept.id}`, { config });
      expect([config, answer.status, answer.body]).toEqual([config, 422, refusal(field)]);
    }
    expect((await admin.get(`/${kept.id}`)).body.data).toEqual(before);
  });

  test('no route that starts or decides something takes a field it does not know', async () => {
    const { admin } = world();
    for (const path of deciding(taskId)) {
      const answer = await admin.post(`/${kept.id}${path}`, { extra: 1 });
      expect([path, answer.status, answer.body]).toEqual([path, 422, refusal('extra')]);
    }
    for (const external_ids of [[], [''], ['x'.repeat(201)], 'x', [7], ['1', '1'], Array(101).fill('1').map(String)]) {
      const answer = await admin.post(`/${kept.id}/sync/tasks/${taskId}/errors/retry`, { external_ids });
      expect([answer.status, Object.keys(answer.body.data.errors)[0]]).toEqual([
        422,
        expect.stringMatching(/^external_ids/),
      ]);
    }
  });

  test('ids that name nothing are a 404, whatever they look like', async () => {
    const { admin } = world();
    const missing = { code: 404, message: chinese, data: null };
    for (const id of [UNKNOWN, 'x', '%00', '{"$ne":1}', '..', encodeURIComponent('../types')]) {
      for (const path of deciding(taskId))
        if (id !== '..') expectAnswer(await admin.post(`/${id}${path}`), 404, missing);
    }
    for (const task of [UNKNOWN, 'x', '%00']) {
      for (const path of deciding(task).filter((each) => each.includes('/tasks/')))
        expectAnswer(await admin.post(`/${kept.id}${path}`), 404, missing);
      for (const path of ['', '/errors', '/events'])
        expectAnswer(await admin.get(`/${kept.id}/sync/tasks/${task}${path}`), 404, missing);
    }
  });

  test('a record’s id longer than any platform’s names nothing', async () => {
    const answer = await world().admin.post(`/${kept.id}/sync/products/${'9'.repeat(101)}`);
    expectAnswer(answer, 404, { code: 404, message: chinese, data: null });
  });

  test.each(['%00', '%20', '1%202', '%0a'])('no record has the id %s', async (id) => {
    const answer = await world().admin.post(`/${kept.id}/sync/products/${id}`);
    expectAnswer(answer, 422, { code: 422, message: chinese, data: { errors: { external_id: [chinese] } } });
  });

  test('a list of tasks or errors by what there is not is a 422 with the field', async () => {
    const { admin } = world();
    for (const [path, field] of [
      ['?type=carts', 'type'],
      ['?status=done', 'status'],
      [`/${taskId}/errors?code=${'x'.repeat(201)}`, 'code'],
      [`/${taskId}/errors?external_id=${'x'.repeat(201)}`, 'external_id'],
      [`/${taskId}/errors?page=0`, 'page'],
    ] as const) {
      const answer = await admin.get(`/${kept.id}/sync/tasks${path}`);
      expect([path, answer.status, answer.body]).toEqual([path, 422, refusal(field)]);
    }
  });

  test('nothing of all that began', async () => {
    const { admin } = world();
    expect((await admin.get(`/${kept.id}/sync/tasks`)).body.data).toMatchObject({
      total: 1,
      items: [{ task_id: taskId }],
    });
    expect((await admin.get(`/${kept.id}`)).body.data).toMatchObject({ status: 'running', status_reason: null });
  });
}
