import { expect, test } from '@jest/globals';
import { connect, type Connected } from '../../src/e2e/shops.ts';
import { ended, records, sync, SYNC_TYPES, type SyncType, type Task } from '../../src/e2e/syncs.ts';
import type { World } from '../../src/e2e/world.ts';
import { changesTold, chinese, envelope, expectAnswer, time } from './expected.ts';

/** The field that the sandbox spoils, by kind. */
const POISONED: Record<SyncType, RegExp> = {
  products: /^(price|stock)$/,
  orders: /^paid$/,
  inventory: /^quantity$/,
  reviews: /^rating$/,
};

/** Single records: those that cannot be synced, and those that somebody wants now. */
export function recordErrors(world: () => World): void {
  async function poisoned(shop: Connected, type: SyncType, count: number): Promise<string[]> {
    const { items } = await world().platform.truthItems('tmall', shop.shopId, type);
    const ids = items.slice(0, count).map((item) => item.id);
    for (const value of ids) await world().platform.addFault({ platform: 'tmall', kind: 'poison_row', value });
    return ids.toSorted();
  }

  const heal = async (ids: string[]) => {
    for (const id of ids) await world().platform.clearFaults(id);
  };

  const errorsOf = async (id: string, { task_id }: Task, query = '') =>
    (await world().admin.get(`/${id}/sync/tasks/${task_id}/errors${query}`)).body.data;

  async function run(path: string, json?: object): Promise<Task> {
    const { admin } = world();
    const answer = await admin.post(path, json);
    expect([path, answer.status]).toEqual([path, 202]);
    return ended(admin, answer.body.data.connector_id, answer.body.data.task_id);
  }

  test.each(SYNC_TYPES)(
    '%s with an invalid field are left out and listed with the field, and the others go on',
    async (type) => {
      const { admin } = world();
      const shop = await connect(world(), { orders: 30, reviews: 10 });
      const bad = await poisoned(shop, type, 2);
      const { total } = await world().platform.truth('tmall', shop.shopId, type);
      const task = await sync(admin, shop.id, 'full', type);
      expect(task).toMatchObject({ status: 'completed', progress: { total, synced: total - 2, failed: 2 } });
      const { items, total: failed } = await errorsOf(shop.id, task);
      expect([failed, items.map((item: { external_id: string }) => item.external_id).toSorted()]).toEqual([2, bad]);
      for (const item of items)
        expect(item).toEqual({
          external_id: expect.any(String),
          code: 'INVALID_FIELD',
          field: expect.stringMatching(POISONED[type]),
          message: chinese,
          at: time,
        });
      expect((await records(admin, shop.id, type)).map(({ external_id }) => external_id)).not.toEqual(
        expect.arrayContaining(bad),
      );
      await heal(bad);
    },
  );

  test('errors are filtered and paged, and tried again one by one or all at once', async () => {
    const { admin, stack } = world();
    const shop = await connect(world());
    const bad = await poisoned(shop, 'products', 4);
    const task = await sync(admin, shop.id);
    const { id } = shop;
    const path = `/${id}/sync/tasks/${task.task_id}/errors`;
    for (const [query, total] of [
      [`?external_id=${bad[0]}`, 1],
      ['?code=INVALID_FIELD', 4],
      ['?field=price', 4],
      ['?field=title', 0],
      [`?code=NOTHING&external_id=${bad[0]}`, 0],
      ['?page=2&page_size=3', 4],
      ['?page=9', 4],
    ] as const)
      expect([query, (await errorsOf(id, task, query)).total]).toEqual([query, total]);
    expect((await errorsOf(id, task, '?page=2&page_size=3')).items).toHaveLength(1);

    // Still as bad as before: an error of the new task.
    const vain = await run(`${path}/retry`, { external_ids: [bad[0]] });
    expect(vain).toMatchObject({ trigger: 'retry', progress: { total: 1, synced: 0, failed: 1 } });
    expect((await errorsOf(id, vain)).items).toMatchObject([{ external_id: bad[0], field: 'price' }]);

    await heal(bad);
    const one = await run(`${path}/retry`, { external_ids: [bad[0]] });
    expect(one).toMatchObject({ trigger: 'retry', progress: { total: 1, synced: 1, failed: 0 } });
    const all = await run(`${path}/retry`);
    expect(all).toMatchObject({ status: 'completed', progress: { failed: 0 } });
    expect((await records(admin, id, 'products')).map(({ external_id }) => external_id)).toEqual(
      expect.arrayContaining(bad),
    );
    const created = (await changesTold(stack, id, all.task_id))
      .flatMap(({ data }) => data.changes)
      .filter((change: { external_id: string }) => bad.includes(change.external_id));
    expect(
      created.map(({ op, external_id }: { op: string; external_id: string }) => `${op} ${external_id}`).toSorted(),
    ).toEqual(bad.map((each) => `created ${each}`));
  });

  test('a retry of what did not fail is refused with the field', async () => {
    const { admin } = world();
    const { id } = await connect(world());
    const { task_id } = await sync(admin, id);
    const path = `/${id}/sync/tasks/${task_id}/errors/retry`;
    const strange = await admin.post(path, { external_ids: ['1'] });
    expectAnswer(strange, 422, envelope({ errors: { external_ids: [chinese] } }, '参数校验失败', 422));
    expectAnswer(await admin.post(path), 409, envelope(null, chinese, 409));
  });

  test('one record is synced by its id, of every kind, also when it is new, unchanged or gone', async () => {
    const { admin, platform } = world();
    const { id, shopId } = await connect(world(), { orders: 10, reviews: 5 });
    for (const type of ['products', 'orders', 'inventory'] as const) {
      const { items } = await platform.truthItems('tmall', shopId, type);
      const [fresh, other] = items.map((item) => item.id);
      const path = `/${id}/sync/${type}/${fresh}`;
      const first = await run(path);
      expect([type, first]).toMatchObject([
        type,
        { sync_type: type, trigger: 'manual', status: 'completed', progress: { total: 1, synced: 1, skipped: 0 } },
      ]);
      expect(await run(path)).toMatchObject({ progress: { total: 1, synced: 1, skipped: 1 } });
      await run(`/${id}/sync/${type}/${other}`);
      await platform.mutate('tmall', { shop_id: shopId, entity: type, op: 'delete', ids: [fresh!] });
      await run(path);
      const rows = await records(admin, id, type, '&include_deleted=true');
      const live = Object.fromEntries(rows.map((row) => [row.external_id, row.deleted_at === null]));
      expect([type, live]).toEqual([type, { [fresh!]: false, [other!]: true }]);
    }
  });
}
