import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { newId } from '@crossdock/kernel';
import type { SyncTask } from '../src/domain/sync-task.ts';
import { changesOf, engine, TENANT, type Engine } from './engine.ts';
import { OLD, sourceWith, type ScriptedSource } from './scripted-source.ts';
import { mortal } from './model/mortal.ts';

let platform: ScriptedSource;
let run: Engine;

beforeEach(async () => {
  platform = sourceWith(['p1', 'p2', 'p3', 'p4', 'p5']);
  run = await engine(platform);
});

afterEach(() => run.stop());

const one = (externalId: string) => run.single.one({ ...run.request, externalId });
const retry = (taskId: string, externalIds: string[] = []) => run.single.retry({ ...run.request, taskId, externalIds });

async function failedIn({ id: task, dead }: Pick<SyncTask, 'id' | 'dead'>): Promise<string[]> {
  const { items, total } = await run.errors.list({ tenant: TENANT, connectorId: run.connectorId, task }, dead, 0, 10);
  expect([items.length, await run.errors.countOpen(task, dead)]).toEqual([total, total]);
  return items.map(({ externalId }) => externalId);
}

async function worked(begun: Promise<{ task: { id: string } }>) {
  const { task } = await begun;
  await run.work();
  return run.task(task.id);
}

describe('one record by its id', () => {
  test('is read, stored and told alone, and moves no cursor', async () => {
    expect(await worked(one('p3'))).toMatchObject({
      status: 'completed',
      counters: { synced: 1, failed: 0 },
      total: 1,
    });
    expect([...(await run.stored())]).toEqual([['p3', 'title p3']]);
    expect(await changesOf(run)).toEqual([{ external_id: 'p3', op: 'created', version: 1 }]);
    expect((await run.streams.model.findOne().lean())?.cursor ?? null).toBeNull();
  });

  test('becomes a tombstone when the platform no longer knows it', async () => {
    await worked(run.start());
    platform.rows.delete('p3');
    await worked(one('p3'));
    expect((await run.stored()).has('p3')).toBe(false);
    expect(await changesOf(run)).toContainEqual({ external_id: 'p3', op: 'deleted', version: 2 });
  });

  test('that exists nowhere fails with its reason', async () => {
    const task = await worked(one('nobody'));
    expect(task).toMatchObject({ status: 'completed', total: 1, counters: { synced: 0, failed: 1 } });
    const { items } = await run.errors.list({ tenant: TENANT, connectorId: run.connectorId, task: task.id }, [], 0, 10);
    expect(items).toMatchObject([{ externalId: 'nobody', code: 'unknown_record' }]);
  });

  test('joins the others that wait', async () => {
    const ids = await Promise.all(['p1', 'p2', 'p3', 'p1'].map(one));
    expect(new Set(ids.map(({ task }) => task.id)).size).toBe(1);
    await run.work();
    expect((await run.stored()).size).toBe(3);
  });

  test('asked for while others are in somebody’s hands waits behind them, with all that come after it', async () => {
    const { task } = await one('p1');
    const claimed = await run.claims.claim(task.id, newId(), run.clock());
    const next = await one('p2');
    expect(next.task.id).not.toBe(task.id);
    expect((await one('p3')).task.id).toBe(next.task.id);
    run.later(10_000);
    await run.work();
    await run.work();
    expect(claimed).not.toBeNull();
    expect((await run.stored()).size).toBe(3);
  });

  test('asked for while two tasks are in somebody’s hands is told to come again', async () => {
    for (const id of ['p1', 'p2']) {
      const { task } = await one(id);
      await run.tasks.model.updateOne({ _id: task.id }, { $set: { start: run.clock() } });
    }
    await expect(one('p3')).rejects.toMatchObject({ kind: 'too_many', retryAfterMs: expect.any(Number) });
  });
});

describe('records that failed', () => {
  /** A sync with three records of five that cannot be stored. */
  async function failing() {
    for (const id of ['p1', 'p3', 'p5']) platform.set(id, `title ${id}`, OLD, true);
    return worked(run.start());
  }
  const mend = (id: string) => platform.set(id, `title ${id}`, OLD);

  test('are listed by code, field and id', async () => {
    const task = await failing();
    const list = async (filter: object) =>
      (await run.errors.list({ tenant: TENANT, connectorId: run.connectorId, task: task.id, ...filter }, [], 0, 10))
        .items;
    expect(await list({})).toHaveLength(3);
    expect(await list({ code: 'invalid_price', field: 'price' })).toHaveLength(3);
    expect(await list({ externalId: 'p3' })).toMatchObject([{ externalId: 'p3' }]);
    expect(await list({ code: 'other' })).toEqual([]);
  });

  test('are tried again by name', async () => {
    const task = await failing();
    mend('p3');
    const again = await worked(retry(task.id, ['p3']));
    expect(again).toMatchObject({ status: 'completed', trigger: 'retry', counters: { synced: 1, failed: 0 } });
    expect((await run.stored()).has('p3')).toBe(true);
  });

  test('are tried again all at once, and those that still fail are errors of the new task', async () => {
    const task = await failing();
    mend('p1');
    mend('p5');
    const again = await worked(retry(task.id));
    expect(again).toMatchObject({ status: 'completed', total: 3, counters: { synced: 2, failed: 1 } });
    const owner = { tenant: TENANT, connectorId: run.connectorId, task: again.id };
    expect((await run.errors.list(owner, [], 0, 10)).items).toMatchObject([{ externalId: 'p3' }]);
  });

  test('are errors of their sync no more once another try synced them', async () => {
    const task = await failing();
    mend('p1');
    await worked(retry(task.id));
    const owner = { tenant: TENANT, connectorId: run.connectorId, task: task.id };
    const { items, total } = await run.errors.list(owner, [], 0, 10);
    expect([items.map(({ externalId }) => externalId), total]).toEqual([['p3', 'p5'], 2]);
    expect(await worked(retry(task.id))).toMatchObject({ total: 2, counters: { failed: 2 } });
    mend('p3');
    mend('p5');
    await worked(retry(task.id));
    await expect(retry(task.id)).rejects.toMatchObject({ kind: 'conflict', code: 'NO_RECORD_ERRORS' });
  });

  test('are tried again with the same numbers and nothing untold, wherever the worker dies', async () => {
    for (let step = 1, dies = true; dies; step++) {
      for (const id of ['p1', 'p3', 'p5']) platform.set(id, `${id} at ${step}`, OLD, true);
      const task = await run.sync();
      for (const id of ['p1', 'p3', 'p5']) platform.set(id, `${id} at ${step}`, OLD);
      const { task: again } = await retry(task.id);
      await run.forgetEvents();
      const dying = mortal(step, run);
      dies = await Promise.race([run.work(dying.over).then(() => false), dying.stopped.then(() => true)]);
      expect(await run.recover(again.id)).toMatchObject({ status: 'completed', total: 3, counters: { synced: 3 } });
      expect(new Set((await changesOf(run)).map((change) => change.external_id)).size).toBe(3);
      const owner = { tenant: TENANT, connectorId: run.connectorId, task: task.id };
      expect((await run.errors.list(owner, [], 0, 10)).total).toBe(0);
    }
  }, 60_000);

  test('count as failed again when the platform no longer knows them, and stay as they are stored', async () => {
    await run.sync();
    const task = await failing();
    expect(task.counters).toMatchObject({ synced: 2, failed: 3 });
    for (const id of ['p1', 'p3']) platform.rows.delete(id);
    mend('p5');
    const again = await worked(retry(task.id));
    expect(again).toMatchObject({ status: 'completed', total: 3, counters: { synced: 1, failed: 2 } });
    const owner = { tenant: TENANT, connectorId: run.connectorId, task: again.id };
    expect((await run.errors.list(owner, [], 0, 10)).items).toMatchObject([
      { externalId: 'p1', code: 'unknown_record' },
      { externalId: 'p3', code: 'unknown_record' },
    ]);
    expect((await run.stored()).size).toBe(5);
  });

  test('are none once a later page of the same sync met them in step, wherever the worker dies', async () => {
    for (let step = 1, dies = true; dies; step++) {
      // On the first page that is read, and after the change on the second as well.
      for (const id of ['p1', 'p2', 'p3', 'p4']) platform.set(id, `title ${id}`, OLD);
      platform.set('p5', `invalid at ${step}`, OLD, true);
      let calls = 0;
      platform.onCall(() => {
        if (++calls !== 2) return;
        for (const id of ['p1', 'p2']) platform.rows.delete(id);
        platform.set('p5', `title at ${step}`, OLD);
      });
      const { task } = await run.start();
      await run.forgetEvents();
      const dying = mortal(step, run);
      dies = await Promise.race([run.work(dying.over).then(() => false), dying.stopped.then(() => true)]);
      expect(await run.recover(task.id)).toMatchObject({ total: 3, counters: { synced: 3, failed: 0 } });
      expect((await run.stored()).get('p5')).toBe(`title at ${step}`);
      expect(await failedIn(await run.task(task.id))).toEqual([]);
    }
  }, 60_000);

  test('count as they were met last, however often they change', async () => {
    for (const states of [
      [false, true, false],
      [false, true],
      [true, false, true],
    ]) {
      let calls = 0;
      platform.onCall(() => {
        const invalid = states[Math.min(calls++, states.length - 1)]!;
        // Always on the page that is read now.
        platform.rows.clear();
        const before = Array.from({ length: Math.max(0, 6 - 2 * calls) }, (_, n) => `p${n}`);
        for (const id of before) platform.set(id, `title ${id}`, OLD);
        platform.set('p8', `title ${calls}`, OLD, invalid);
        platform.set('p9', 'title p9', OLD);
      });
      const task = await worked(run.start());
      const failed = states.at(-1) ? 1 : 0;
      expect(task).toMatchObject({ status: 'completed', counters: { synced: 2 - failed, failed } });
      expect(await failedIn(task)).toEqual(failed ? ['p8'] : []);
    }
  });

  test('are what the latest holder says of them', async () => {
    const owner = { tenant: TENANT, connectorId: run.connectorId, task: newId() };
    const failing = (externalId: string) => [
      { externalId, code: 'c', field: 'f', message: 'm', ref: { id: externalId, productId: null, orderId: null } },
    ];
    await run.errors.write(owner, failing('p1'), { fence: 2, page: 1 }, new Date());
    await run.errors.resolve(owner.task, ['p1'], { task: owner.task, fence: 1 });
    expect(await failedIn({ id: owner.task, dead: [] })).toEqual(['p1']);
    await run.errors.resolve(owner.task, ['p1'], { task: owner.task, fence: 2 });
    await run.errors.write(owner, [...failing('p1'), ...failing('p2')], { fence: 1, page: 1 }, new Date());
    expect(await failedIn({ id: owner.task, dead: [] })).toEqual(['p2']);
    expect(await failedIn({ id: owner.task, dead: [{ fence: 1, page: 1 }] })).toEqual(['p2']);
    expect(await failedIn({ id: owner.task, dead: [{ fence: 1, page: 0 }] })).toEqual([]);
  });

  test('of a sync without any are refused with the reason', async () => {
    const task = await worked(run.start());
    await expect(retry(task.id)).rejects.toMatchObject({ kind: 'conflict', code: 'NO_RECORD_ERRORS' });
    await expect(retry(task.id, ['p1'])).rejects.toMatchObject({
      kind: 'invalid',
      details: { external_ids: [expect.stringContaining('p1')] },
    });
  });
});
