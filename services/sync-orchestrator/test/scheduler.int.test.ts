import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createBus } from '@crossdock/bus';
import { connectorChanged, nextSyncAt } from '@crossdock/contracts';
import { armFailpoints, newId } from '@crossdock/kernel';
import { stores, until } from '@crossdock/testing';
import { newTask } from '../src/domain/sync-task.ts';
import { scheduler } from '../src/worker/scheduler.ts';
import { dead, silent, TENANT } from './engine.ts';
import { startOrchestrator } from './orchestrator.ts';
import { BEGIN, MINUTE_MS, scheduling, type Scheduling } from './scheduling.ts';

let run: Scheduling;

beforeEach(async () => void (run = await scheduling()));
afterEach(async () => {
  armFailpoints(undefined);
  await run.stop();
});

/** Past the due time of an interval of 15 minutes after a moment, whatever the connector's share. */
const DUE_MINUTES = 16;
const typesOf = async (connectorId: string) => (await run.tasks(connectorId)).map(({ syncType }) => syncType);

/** A sync that somebody asked for, begun now. */
async function manualSync(connectorId: string, change: object = {}): Promise<string> {
  const { id, ...fields } = newTask(
    {
      id: newId(),
      tenant: TENANT,
      connectorId,
      platform: 'tmall',
      syncType: 'products',
      kind: 'incremental',
      mode: 'incremental',
      since: null,
      trigger: 'manual',
      traceparent: null,
    },
    run.clock(),
  );
  const now = run.clock();
  await run.rows.create({ ...fields, _id: id, status: 'completed', start: now, completedAt: now, ...change });
  return id;
}

describe('a connector', () => {
  test('runs nothing by itself before an interval is over, then one incremental task per type, told as scheduled', async () => {
    const id = await run.connector();
    const due = nextSyncAt(id, BEGIN, 15);
    run.later(due.getTime() - BEGIN.getTime() - 1);
    expect(await run.runDue()).toBe(0);
    run.later(1);
    await run.runDue();
    expect(await run.tasks(id)).toMatchObject(
      ['orders', 'products'].map((syncType) => ({
        syncType,
        kind: 'incremental',
        trigger: 'schedule',
        status: 'queued',
        tenant: TENANT,
      })),
    );
    await until(() => run.told.length === 2);
    expect(run.told).toMatchObject([1, 2].map(() => ({ topic: 'sync.requested', data: { trigger: 'schedule' } })));
    expect(await run.soonest()).toEqual(nextSyncAt(id, run.clock(), 15));
  });

  test('that still works at its due time is not started twice, and what waits is not woken', async () => {
    const id = await run.connector();
    const notBefore = new Date(BEGIN.getTime() + 60 * MINUTE_MS);
    await manualSync(id, { status: 'queued', start: null, completedAt: null, notBefore });
    for (const minutes of [DUE_MINUTES, 2 * DUE_MINUTES]) {
      run.at(minutes);
      await run.runDue();
    }
    expect(await typesOf(id)).toEqual(['products', 'orders']);
    expect((await run.tasks(id))[0]).toMatchObject({ trigger: 'manual', notBefore });
  });

  test('is moved by a manual sync', async () => {
    const id = await run.connector();
    run.at(10);
    await manualSync(id);
    run.at(DUE_MINUTES);
    await run.runDue();
    expect(await typesOf(id)).toEqual(['products']);
    expect(await run.soonest()).toEqual(nextSyncAt(id, new Date(BEGIN.getTime() + 10 * MINUTE_MS), 15));
    run.at(10 + DUE_MINUTES);
    await run.runDue();
    expect(await typesOf(id)).toEqual(['products', 'orders', 'products']);
  });

  test('whose scheduled tasks were cancelled before they began waits for the next interval', async () => {
    const id = await run.connector();
    run.at(DUE_MINUTES);
    await run.runDue();
    await run.rows.updateMany({}, { $set: { status: 'cancelled', completedAt: run.clock() } });
    await run.changed(id);
    run.later(MINUTE_MS);
    await run.runDue();
    expect(await run.tasks(id)).toHaveLength(2);
  });

  test.each([
    ['pending', { status: 'pending', authorizedAt: null }],
    ['paused', { statusReason: 'paused' }],
    ['in error', { status: 'error', statusReason: 'auth_revoked' }],
    ['deleted', { deleted: true }],
  ])('that is %s never runs', async (_what, change) => {
    const id = await run.connector();
    await run.changed(id, change);
    run.at(10 * DUE_MINUTES);
    expect(await run.runDue()).toBe(0);
    expect(await run.tasks(id)).toEqual([]);
    expect(await run.soonest()).toBeNull();
  });

  test('that recovers or is resumed after its due time runs at once', async () => {
    const id = await run.connector();
    await run.changed(id, { status: 'error', statusReason: 'auth_revoked' });
    run.at(60);
    await run.changed(id);
    await run.runDue();
    expect(await typesOf(id)).toEqual(['orders', 'products']);
  });

  test('with a shorter interval runs sooner, with a longer one later', async () => {
    const [shorter, longer] = [await run.connector(), await run.connector()];
    await run.changed(shorter, { intervalMinutes: 5 });
    await run.changed(longer, { intervalMinutes: 120 });
    run.at(6);
    await run.runDue();
    expect(await run.tasks(shorter)).toHaveLength(2);
    run.at(119);
    await run.runDue();
    expect(await run.tasks(longer)).toEqual([]);
    run.at(122);
    await run.runDue();
    expect(await run.tasks(longer)).toHaveLength(2);
  });

  test('follows its newest state: an older one, the same again, or many at once in any order change nothing', async () => {
    const id = await run.connector({ version: 5, intervalMinutes: 60 });
    const states = Array.from({ length: 20 }, (_, version) =>
      run.changed(id, { version, intervalMinutes: 5 + version }),
    );
    await Promise.all(states);
    expect(await run.changed(id, { version: 19, intervalMinutes: 5 })).toBe(false);
    expect(await run.changed(id, { version: 3, deleted: true })).toBe(false);
    expect(await run.store.get(id)).toMatchObject({ version: 19, intervalMinutes: 24, runs: true });
  });

  test('that is deleted while its due time is being dealt with is not due again', async () => {
    const id = await run.connector();
    run.at(DUE_MINUTES);
    armFailpoints(async (name) => {
      if (name === 'schedule.started') await run.changed(id, { deleted: true });
    });
    await run.runDue();
    expect(await run.store.get(id)).toMatchObject({ dueAt: null, ranAt: run.clock() });
  });
});

describe('dying', () => {
  test.each(['schedule.taken', 'schedule.started'])(
    'at %s starts each task once, by whoever comes next',
    async (point) => {
      const id = await run.connector();
      run.at(DUE_MINUTES);
      const there = Promise.withResolvers<void>();
      armFailpoints((name) => {
        if (name !== point) return undefined;
        there.resolve();
        return dead();
      });
      void run.runDue();
      await there.promise;
      armFailpoints(undefined);

      const other = run.instance();
      expect(await other.runDue()).toBe(0);
      run.later(MINUTE_MS);
      // Even when those tasks are over and were never begun.
      if (point === 'schedule.started')
        await run.rows.updateMany({}, { $set: { status: 'cancelled', completedAt: run.clock() } });
      expect(await other.runDue()).toBe(1);
      expect(await typesOf(id)).toEqual(['orders', 'products']);
      expect(await run.soonest()).toEqual(nextSyncAt(id, run.clock(), 15));
    },
  );

  test('a scheduler that froze over its lease starts nothing twice', async () => {
    const id = await run.connector();
    run.at(DUE_MINUTES);
    const [frozen, thawed] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    armFailpoints(async (name) => {
      if (name !== 'schedule.taken') return;
      armFailpoints(undefined);
      frozen.resolve();
      await thawed.promise;
    });
    const slow = run.runDue();
    await frozen.promise;
    run.later(MINUTE_MS);
    await run.instance().runDue();
    await run.work();
    const settled = await run.soonest();
    thawed.resolve();
    await slow;
    expect(await run.tasks(id)).toHaveLength(2);
    expect(await run.soonest()).toEqual(settled);
  });
});

test('200 connectors of several intervals on three schedulers for an hour: none missed, none early, none twice', async () => {
  const [STEP_MS, END] = [30_000, 66 * MINUTE_MS];
  const intervals = [5, 15, 60];
  const connectors = await Promise.all(
    Array.from({ length: 200 }, async (_, n) => {
      const intervalMinutes = intervals[n % intervals.length]!;
      return { intervalMinutes, id: await run.connector({ intervalMinutes }) };
    }),
  );
  const instances = [run.instance(), run.instance(), run.instance()];
  const drain = async ({ runDue }: (typeof instances)[number]) => {
    while ((await runDue()) > 0);
  };
  for (let passed = STEP_MS; passed <= END; passed += STEP_MS) {
    run.later(STEP_MS);
    await Promise.all(instances.map(drain));
    await run.work();
  }

  const runs = Map.groupBy(await run.tasks(), ({ connectorId, syncType }) => `${connectorId} ${syncType}`);
  const faults = connectors.flatMap(({ id, intervalMinutes }) =>
    ['orders', 'products'].flatMap((syncType) => {
      const starts = (runs.get(`${id} ${syncType}`) ?? []).map(({ createdAt }) => createdAt.getTime());
      const gaps = [...starts, run.clock().getTime()].map((at, n) => at - (starts[n - 1] ?? BEGIN.getTime()));
      const interval = intervalMinutes * MINUTE_MS;
      const early = gaps.slice(0, -1).some((gap) => gap < interval);
      const missed = gaps.some((gap) => gap > interval + Math.min(interval / 10, MINUTE_MS) + STEP_MS);
      return early || missed ? [`${intervalMinutes} ${syncType}: ${gaps.join(' ')}`] : [];
    }),
  );
  expect(faults).toEqual([]);
}, 60_000);

test('a running scheduler starts what comes due while it sleeps, and what it is told of', async () => {
  const part = scheduler({ schedules: run, clock: run.clock, log: silent });
  await part.start();
  try {
    const id = await run.connector();
    run.at(DUE_MINUTES);
    part.wake();
    await until(async () => (await run.tasks(id)).length === 2);
  } finally {
    await part.stop();
  }
});

test('the whole service syncs a connector whose due time it is told of, every type once', async () => {
  await using service = await startOrchestrator(10);
  const { connectorId, topicPrefix, sync } = service;
  const bus = createBus({ brokers: stores().kafka, clientId: 'test', topicPrefix, log: silent });
  await bus.start();
  const changed = connectorChanged.create({
    tenantId: TENANT,
    source: '/connector-registry',
    data: {
      connector_id: connectorId,
      platform: 'tmall',
      version: 3,
      status: 'connected',
      status_reason: null,
      sync_interval_minutes: 15,
      deleted: false,
      authorized_at: new Date(Date.now() - 20 * MINUTE_MS).toISOString(),
    },
  });
  await bus.publish([changed]);
  await bus.stop();
  const page = { connectorId, syncType: '', status: '', page: 1, pageSize: 100 };
  const list = async () => (await sync.listTasks(page, { tenant: TENANT, actor: 'user:1' })).items;
  const types = ['inventory', 'orders', 'products', 'reviews'];
  await until(async () => (await list()).length === types.length, { what: 'a task of each type' });
  await until(async () => (await list()).every(({ completedAt }) => completedAt !== undefined), { what: 'their ends' });
  const tasks = await list();
  expect(tasks.map(({ syncType }) => syncType).toSorted()).toEqual(types);
  expect(new Set(tasks.map(({ trigger, mode }) => `${trigger} ${mode}`))).toEqual(new Set(['schedule incremental']));
}, 30_000);
