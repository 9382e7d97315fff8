import { expect, test } from '@jest/globals';
import { connect, type Connected } from '../../src/e2e/shops.ts';
import { ended, records, sync, taskOf, type SyncType, type Task } from '../../src/e2e/syncs.ts';
import type { World } from '../../src/e2e/world.ts';
import { changesTold } from './expected.ts';

/** More than a fifth of a shop gone at once is not believed without a person. */
export function heldDeletions(world: () => World): void {
  const living = async (id: string, type: SyncType) => (await records(world().admin, id, type)).length;

  const deletionsOf = async (id: string, taskId: string) =>
    (await changesTold(world().stack, id, taskId))
      .flatMap(({ data }) => data.changes)
      .filter(({ op }: { op: string }) => op === 'deleted')
      .map(({ external_id }: { external_id: string }) => external_id)
      .toSorted();

  /** A synced shop that then loses ten of its thirty rows, and the full sync that met it. */
  async function braked(type: SyncType): Promise<{ shop: Connected; gone: string[]; task: Task }> {
    const { admin, platform } = world();
    const shop = await connect(world(), { orders: 30 });
    await sync(admin, shop.id, 'full', type);
    const { ids: gone } = await platform.mutate('tmall', {
      shop_id: shop.shopId,
      entity: type,
      op: 'delete',
      count: 10,
    });
    return { shop, gone: gone.toSorted(), task: await sync(admin, shop.id, 'full', type) };
  }

  test('what would remove over a fifth is held for review; approved, it goes, told once, however often it is approved', async () => {
    const { admin } = world();
    const { shop, gone, task } = await braked('products');
    const { id } = shop;
    expect(task).toMatchObject({
      status: 'completed',
      reason: 'needs_review',
      progress: { total: 20, synced: 20, failed: 0 },
      review: { gone: 10, living: 30, decision: 'open' },
    });
    expect([await living(id, 'products'), await deletionsOf(id, task.task_id)]).toEqual([30, []]);
    // Held again, not removed by patience.
    expect(await sync(admin, id)).toMatchObject({ reason: 'needs_review' });
    expect(await living(id, 'products')).toBe(30);

    const approve = () => admin.post(`/${id}/sync/tasks/${task.task_id}/approve`);
    const answers = await Promise.all([approve(), approve(), approve()]);
    expect(answers.map(({ status }) => status)).toEqual([202, 202, 202]);
    const [removal, ...others] = [...new Set(answers.map(({ body }) => body.data.task_id as string))];
    expect(others).toEqual([]);
    expect(await ended(admin, id, removal!)).toMatchObject({ status: 'completed', reason: null });
    expect(await taskOf(admin, id, task.task_id)).toMatchObject({ review: { decision: 'approved' } });
    expect(await deletionsOf(id, removal!)).toEqual(gone);
    const withDeleted = await records(admin, id, 'products', '&include_deleted=true');
    const tombstones = withDeleted.filter(({ deleted_at }) => deleted_at !== null);
    expect(tombstones.map(({ external_id }) => external_id).toSorted()).toEqual(gone);
    expect(await living(id, 'products')).toBe(20);
    expect((await admin.post(`/${id}/sync/tasks/${task.task_id}/discard`)).status).toBe(409);
    expect(await sync(admin, id)).toMatchObject({ reason: null, progress: { total: 20, skipped: 20 } });
  });

  test('discarded, all of it stays; the decision stands, and the next full sync asks again', async () => {
    const { admin } = world();
    const { shop, task } = await braked('orders');
    const { id } = shop;
    const discard = () => admin.post(`/${id}/sync/tasks/${task.task_id}/discard`);
    for (const answer of [await discard(), await discard()])
      expect([answer.status, answer.body.data]).toMatchObject([
        200,
        { task_id: task.task_id, reason: 'needs_review', review: { gone: 10, living: 30, decision: 'discarded' } },
      ]);
    expect([await living(id, 'orders'), await deletionsOf(id, task.task_id)]).toEqual([30, []]);
    expect((await admin.post(`/${id}/sync/tasks/${task.task_id}/approve`)).status).toBe(409);
    expect(await sync(admin, id, 'full', 'orders')).toMatchObject({
      reason: 'needs_review',
      review: { gone: 10, decision: 'open' },
    });
    const incremental = await sync(admin, id, 'incremental', 'orders');
    expect(incremental).not.toHaveProperty('review');
    for (const verb of ['approve', 'discard'])
      expect((await admin.post(`/${id}/sync/tasks/${incremental.task_id}/${verb}`)).status).toBe(409);
  });

  test('a held row that the platform has again by the time of the approval stays', async () => {
    const { admin, platform } = world();
    const { id, shopId } = await connect(world());
    await sync(admin, id);
    await platform.putShop('tmall', shopId, { products: 10 });
    const held = await sync(admin, id);
    expect(held).toMatchObject({ review: { gone: 20, living: 30 } });
    await platform.putShop('tmall', shopId, { products: 30 });
    const { task_id: removal } = (await admin.post(`/${id}/sync/tasks/${held.task_id}/approve`)).body.data;
    expect(await ended(admin, id, removal)).toMatchObject({ status: 'completed' });
    expect([await living(id, 'products'), await deletionsOf(id, removal)]).toEqual([30, []]);
  });
}
