import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { newId, PlatformError } from '@crossdock/kernel';
import { until } from '@crossdock/testing';
import { cancelSync } from '../src/app/cancel-sync.ts';
import { changesOf, engine, TENANT, type Engine } from './engine.ts';
import { OLD, sourceWith, type ScriptedSource } from './scripted-source.ts';

let platform: ScriptedSource;
let run: Engine;

beforeEach(async () => {
  platform = sourceWith(['p1', 'p2', 'p3', 'p4', 'p5']);
  run = await engine(platform);
});

afterEach(() => run.stop());

describe('cancelling', () => {
  const cancel = (taskId: string) =>
    run.cancelling.cancel({ tenant: TENANT, actor: 'user:1', connectorId: run.connectorId, taskId });

  test('a queued task ends at once, and twice is the same', async () => {
    const { task } = await run.start();
    expect(await cancel(task.id)).toMatchObject({ status: 'cancelled', start: null });
    expect(await cancel(task.id)).toMatchObject({ status: 'cancelled' });
    expect(await run.events('sync.completed')).toHaveLength(1);
    expect(await run.work()).toBe(false);
  });

  test('a task that is worked on and parked meanwhile ends with what it came to', async () => {
    const { task } = await run.start();
    platform.onCall((call) => {
      if (platform.calls() > 2) throw new PlatformError('SHOP_CLOSED', `closed to ${call}`, { code: 'closed' });
    });
    const { totalsOf, meter, clock } = run.deps;
    let isFirst = true;
    const cancelling = cancelSync({
      tasks: run.tasks,
      async totalsOf(connectorId) {
        if (isFirst) await run.work();
        isFirst = false;
        return totalsOf(connectorId);
      },
      wake() {},
      meter,
      clock,
    });
    await cancelling.cancel({ tenant: TENANT, actor: 'user:1', connectorId: run.connectorId, taskId: task.id });
    const { status, counters, total, page } = await run.task(task.id);
    expect({ status, page }).toEqual({ status: 'cancelled', page: 2 });
    const [told] = await run.events('sync.completed');
    expect(told!.data).toMatchObject({ status, progress: { total, ...counters } });
  });

  test('a running task is marked, its holder makes no further call and ends it as cancelled', async () => {
    const { task } = await run.start();
    const entered = Promise.withResolvers<void>();
    const gate = Promise.withResolvers<void>();
    let calls = 0;
    platform.onCall(async () => {
      calls++;
      entered.resolve();
      await gate.promise;
    });
    const working = run.work();
    await entered.promise;
    expect(await cancel(task.id)).toMatchObject({ status: 'running', mark: { reason: 'cancelled' } });
    gate.resolve();
    await working;
    const ended = await run.task(task.id);
    expect(ended).toMatchObject({ status: 'cancelled', reason: 'cancelled' });
    expect(ended.total).toBe(ended.counters.synced);
    // The page under way and the one read ahead.
    expect(calls).toBeLessThanOrEqual(2);
  });

  test('a task whose holder is dead is ended by another worker within its grace', async () => {
    const { task } = await run.start();
    const [claimed] = [await run.claims.claim(task.id, newId(), run.clock())];
    expect(claimed).not.toBeNull();
    await cancel(task.id);
    expect(await run.work()).toBe(false);
    run.later(2_100);
    expect(await run.work()).toBe(true);
    expect(await run.task(task.id)).toMatchObject({ status: 'cancelled' });
  });

  test('deleting a connector ends all its tasks', async () => {
    await run.start();
    await run.start({ mode: 'incremental' });
    await run.cancelling.cancelAll(run.connectorId);
    expect(await run.work()).toBe(false);
    expect(await run.events('sync.completed')).toHaveLength(2);
  });

  test('a task of a connector that is gone ends as cancelled before its first call', async () => {
    const { task } = await run.start();
    const gone = {
      state: 'deleted',
      accessToken: '',
      version: 0,
      config: {},
      platform: '',
      shopId: '',
      expiresAt: undefined,
    };
    await run.work({ acquire: async () => gone });
    expect(await run.task(task.id)).toMatchObject({ status: 'cancelled', reason: 'connector_deleted' });
    expect(platform.calls()).toBe(0);
  });
});

describe('a holder', () => {
  test('that leaves gives its task back between pages, and the next one goes on from there', async () => {
    const { task } = await run.start();
    const leaving = new AbortController();
    platform.onCall(() => leaving.abort());
    await run.work({}, leaving.signal);
    platform.onCall(() => {});
    const given = await run.task(task.id);
    expect(given).toMatchObject({ status: 'queued', reason: null });
    await run.work();
    expect(await run.task(task.id)).toMatchObject({ status: 'completed', total: 5, counters: { synced: 5 } });
    expect(await changesOf(run)).toHaveLength(5);
  });

  test('that leaves in the middle of a page it could not write whole leaves nothing untold', async () => {
    const { task } = await run.start();
    const leaving = new AbortController();
    const errors: Engine['errors'] = {
      ...run.errors,
      write: async () => {
        leaving.abort();
        throw new Error('not primary');
      },
    };
    await run.work({ errors }, leaving.signal);
    expect(await run.task(task.id)).toMatchObject({ status: 'running', page: 0 });
    expect((await run.stored()).size).toBe(1);
    run.later(1);
    await run.work();
    expect(await run.task(task.id)).toMatchObject({ status: 'completed', total: 5 });
    expect(await changesOf(run)).toContainEqual({ external_id: 'p5', op: 'created', version: 1 });
  });

  test('that leaves in the middle of a page leaves nothing untold either when the task is cancelled next', async () => {
    const { task } = await run.start();
    const leaving = new AbortController();
    const claims: Engine['claims'] = {
      ...run.claims,
      checkpoint: async () => {
        leaving.abort();
        throw new Error('not primary');
      },
    };
    await run.work({ claims }, leaving.signal);
    await run.cancelling.cancel({ tenant: TENANT, actor: 'user:1', connectorId: run.connectorId, taskId: task.id });
    expect(await run.recover(task.id)).toMatchObject({ status: 'cancelled' });
    await run.sync();
    expect(await changesOf(run)).toHaveLength(5);
  });

  test('nor when it is told to stop in the middle of one', async () => {
    const { task } = await run.start();
    const leaving = new AbortController();
    const asked = { tenant: TENANT, actor: 'user:1', connectorId: run.connectorId, taskId: task.id };
    const claims: Engine['claims'] = {
      ...run.claims,
      async checkpoint() {
        await run.cancelling.cancel(asked);
        leaving.abort();
        throw new Error('not primary');
      },
    };
    await run.work({ claims }, leaving.signal);
    expect(await run.recover(task.id)).toMatchObject({ status: 'cancelled' });
    await run.sync();
    expect(await changesOf(run)).toHaveLength(5);
  });

  test('waits while too many of its events are not at the broker yet', async () => {
    const { task } = await run.start();
    const waiting = Array.from({ length: 25 }, () => ({
      id: newId(),
      time: new Date(Date.now() + 60_000).toISOString(),
    }));
    await run.tasks.model.updateOne(
      { _id: task.id },
      { $set: { outbox: waiting, relay: { by: 'busy', until: new Date(Date.now() + 60_000) } } },
    );
    let looks = 0;
    const look: Engine['claims']['look'] = (hold) => {
      looks++;
      return run.claims.look(hold);
    };
    const working = run.work({ claims: { ...run.claims, look } });
    await until(() => looks > 3, { what: 'a holder that looks and waits' });
    expect(platform.calls()).toBe(0);
    await run.tasks.model.updateOne({ _id: task.id }, { $set: { outbox: [], relay: null } });
    await working;
    expect(await run.task(task.id)).toMatchObject({ status: 'completed' });
  });

  test('that breaks down for reasons of its own is replaced, and gives up in the end with a reason', async () => {
    const { task } = await run.start();
    const broken: Engine['records'] = { ...run.records, write: () => Promise.reject(new Error('disk full')) };
    for (let tries = 0; tries < 10 && (await run.task(task.id)).status !== 'failed'; tries++) {
      await run.work({ records: broken });
      run.later(20_000);
    }
    expect(await run.task(task.id)).toMatchObject({ status: 'failed', reason: 'internal_error' });
    expect(await run.events('sync.completed')).toHaveLength(1);
  });

  test('gets to its end when it gets on in between, however often it breaks down', async () => {
    for (let n = 0; n < 40; n++) platform.set(`more${n}`, 'row', OLD);
    const { task } = await run.start();
    let writes = 0;
    const broken: Engine['records'] = {
      ...run.records,
      write: (...of) => (++writes % 2 === 1 ? Promise.reject(new Error('stepped down')) : run.records.write(...of)),
    };
    for (let tries = 0; tries < 100 && (await run.task(task.id)).status !== 'completed'; tries++) {
      await run.work({ records: broken });
      run.later(20_000);
    }
    expect(await run.task(task.id)).toMatchObject({ status: 'completed', total: 45 });
    expect(writes).toBeGreaterThan(2 * 8);
  });
});

test('small pages of the platform are settled together, and a failure on the way loses none', async () => {
  expect(await run.sync({}, { pageRows: 4 })).toMatchObject({ page: 1, counters: { synced: 5 } });
  platform.rows.delete('p5');
  let pages = 0;
  platform.onCall((call) => {
    if (call === 'page' && ++pages === 2) throw new PlatformError('SHOP_CLOSED', 'closed', { code: 'closed' });
  });
  const { task } = await run.start({ mode: 'incremental', since: OLD });
  await run.work({ pageRows: 4 });
  expect(await run.task(task.id)).toMatchObject({ status: 'queued', counters: { synced: 2 } });
  run.later(60_000);
  await run.work({ pageRows: 4 });
  expect(await run.task(task.id)).toMatchObject({ status: 'completed', counters: { synced: 4 } });
});
