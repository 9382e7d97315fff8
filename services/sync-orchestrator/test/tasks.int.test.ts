import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { inTrace, newId, newTraceparent, PlatformError, sleep } from '@crossdock/kernel';
import { until } from '@crossdock/testing';
import { changesOf, engine, scriptedSource, TENANT, type Engine, type Over, type ScriptedSource } from './engine.ts';

const OLD = new Date('2026-03-14T08:00:00Z');

let platform: ScriptedSource;
let run: Engine;

beforeEach(async () => {
  platform = scriptedSource();
  for (const id of ['p1', 'p2', 'p3', 'p4', 'p5']) platform.set(id, `title ${id}`, OLD);
  run = await engine(platform);
});

afterEach(() => run.stop());

async function sync(over: Parameters<Engine['start']>[0] = {}, worker: Over = {}) {
  const { task } = await run.start(over);
  await run.work(worker);
  return run.task(task.id);
}

describe('triggering', () => {
  test('100 concurrent triggers make one task', async () => {
    const started = await Promise.all(Array.from({ length: 100 }, () => run.start()));
    expect(new Set(started.map(({ task }) => task.id)).size).toBe(1);
    expect(started.filter(({ deduplicated }) => !deduplicated)).toHaveLength(1);
    expect(await run.events('sync.requested')).toHaveLength(1);
  });

  test('100 concurrent posts with one idempotency key answer one task, also after it ended', async () => {
    const post = () => run.start({ idempotencyKey: 'k1', bodyHash: 'same' });
    const started = await Promise.all(Array.from({ length: 100 }, post));
    await run.work();
    const late = await post();
    expect(new Set([...started, late].map(({ task }) => task.id)).size).toBe(1);
    expect(late.task.status).toBe('completed');
  });

  test('an idempotency key for another request is refused', async () => {
    await run.start({ idempotencyKey: 'k1', bodyHash: 'one' });
    await expect(run.start({ idempotencyKey: 'k1', bodyHash: 'two' })).rejects.toMatchObject({
      kind: 'invalid',
      code: 'IDEMPOTENCY_KEY',
    });
  });

  test('another mode waits behind the running one', async () => {
    const { task: full } = await run.start({ mode: 'full' });
    const entered = Promise.withResolvers<void>();
    const gate = Promise.withResolvers<void>();
    platform.onCall(async () => {
      entered.resolve();
      await gate.promise;
    });
    const working = run.work();
    await entered.promise;
    const { task: incremental } = await run.start({ mode: 'incremental' });
    expect(incremental.id).not.toBe(full.id);
    expect(await run.work()).toBe(false);
    gate.resolve();
    await working;
    expect(await run.work()).toBe(true);
    expect(await run.task(incremental.id)).toMatchObject({ status: 'completed', kind: 'incremental' });
  });

  test('an older since widens a waiting task, and a later one is served by it', async () => {
    const [early, late] = [new Date('2026-03-01T00:00:00Z'), new Date('2026-03-10T00:00:00Z')];
    const { task } = await run.start({ mode: 'incremental', since: late });
    expect((await run.start({ mode: 'incremental', since: early })).task.id).toBe(task.id);
    expect((await run.start({ mode: 'incremental', since: late })).task.id).toBe(task.id);
    expect((await run.task(task.id)).since).toEqual(early);
  });

  test('an older since than that of a begun task is never lost: it waits as the next, which an older one widens until it begins', async () => {
    const at = (day: number) => ({ mode: 'incremental', since: new Date(Date.UTC(2026, 2, day)) });
    const { task: begun } = await run.start(at(10));
    const entered = Promise.withResolvers<void>();
    const gate = Promise.withResolvers<void>();
    platform.onCall(async () => {
      entered.resolve();
      await gate.promise;
    });
    const working = run.work();
    await entered.promise;
    const { task: next } = await run.start(at(5));
    expect(next.id).not.toBe(begun.id);
    expect((await run.start(at(3))).task.id).toBe(next.id);
    expect((await run.start(at(12))).task.id).toBe(begun.id);
    gate.resolve();
    await working;
    await run.work();
    expect(await run.task(next.id)).toMatchObject({ status: 'completed', since: new Date(Date.UTC(2026, 2, 3)) });
  });

  test('an older since does not widen a task that was claimed and has not begun: it would be read with the later one', async () => {
    const at = (day: number) => ({ mode: 'incremental', since: new Date(Date.UTC(2026, 2, day)) });
    const { task } = await run.start(at(10));
    await run.claims.claim(task.id, newId(), run.clock());
    expect((await run.start(at(5))).task.id).not.toBe(task.id);
    expect((await run.task(task.id)).since).toEqual(new Date(Date.UTC(2026, 2, 10)));
  });

  test.each([
    [{ syncType: 'livestream' }, 'sync_type'],
    [{ mode: 'sometimes' }, 'mode'],
    [{ mode: 'full', since: OLD }, 'since'],
    [{ mode: 'incremental', since: new Date(Date.now() + 3_600_000) }, 'since'],
  ])('%j is refused with its field', async (bad, field) => {
    await expect(run.start(bad)).rejects.toMatchObject({ kind: 'invalid', details: { [field]: [expect.any(String)] } });
    expect(await run.tasks.unmarked(run.connectorId)).toEqual([]);
  });
});

describe('what a sync stores and tells', () => {
  test('a first full sync stores exactly the rows of the platform and tells each once', async () => {
    expect(await sync()).toMatchObject({
      status: 'completed',
      total: 5,
      counters: { synced: 5, failed: 0, skipped: 0 },
    });
    expect([...(await run.stored()).keys()]).toEqual(['p1', 'p2', 'p3', 'p4', 'p5']);
    const told = await changesOf(run);
    expect(told).toHaveLength(5);
    expect(told.every(({ op, version }) => op === 'created' && version === 1)).toBe(true);
    const [completed, ...more] = await run.events('sync.completed');
    expect(more).toEqual([]);
    expect(completed?.data).toMatchObject({
      status: 'completed',
      progress: { total: 5, synced: 5, failed: 0, skipped: 0 },
      totals: { products: 5 },
    });
  });

  test('everything told of a task carries the trace of the request that asked for it', async () => {
    const trace = { traceparent: newTraceparent(), requestId: 'r1' };
    await inTrace(trace, () => run.start());
    await run.work();
    const topics = ['sync.requested', 'records.changed', 'sync.completed'];
    const told = (await Promise.all(topics.map((topic) => run.events(topic)))).map((events) => events[0]?.traceparent);
    expect(told).toEqual(topics.map(() => trace.traceparent));
  });

  test('live tasks are counted by status and type', async () => {
    await run.start();
    await run.start({ mode: 'incremental' });
    expect(await run.tasks.countLive()).toEqual([{ status: 'queued', syncType: 'products', count: 2 }]);
  });

  test('an unchanged re-sync writes no row and sends no record event', async () => {
    await sync();
    const before = await run.records.model.find().lean();
    run.told.length = 0;
    expect(await sync()).toMatchObject({ total: 5, counters: { synced: 5, failed: 0, skipped: 5 } });
    expect(await run.records.model.find().lean()).toEqual(before);
    expect(await changesOf(run)).toEqual([]);
  });

  test('rows gone at the platform become tombstones after a full sync only', async () => {
    await sync();
    platform.rows.delete('p3');
    await sync({ mode: 'incremental' });
    expect((await run.stored()).has('p3')).toBe(true);
    await sync();
    expect((await run.stored()).has('p3')).toBe(false);
    expect(await changesOf(run)).toContainEqual({ external_id: 'p3', op: 'deleted', version: 2 });
  });

  test('a row that left the walked list while it was read is asked for by id and stays', async () => {
    await sync();
    let pages = 0;
    platform.onCall((call) => {
      // p1 is changed before its page is read: it leaves the window and stands on no page.
      if (call === 'page' && ++pages === 2) platform.set('p1', 'new title', new Date(Date.now() + 60_000));
    });
    expect(await sync()).toMatchObject({ status: 'completed', total: 5, counters: { synced: 5 } });
    expect((await run.stored()).get('p1')).toBe('new title');
  });

  test('an incremental sync reads from its cursor, and since never moves it', async () => {
    await sync();
    const later = new Date(Date.now() + 300_000);
    run.later(600_000);
    platform.set('p2', 'newer', later);
    expect(await sync({ mode: 'incremental' })).toMatchObject({ counters: { synced: 1, skipped: 0 } });
    const cursor = (await run.streams.model.findOne().lean())?.cursor;
    expect(await sync({ mode: 'incremental', since: OLD })).toMatchObject({ counters: { synced: 5, skipped: 5 } });
    expect((await run.streams.model.findOne().lean())?.cursor).toEqual(cursor);
  });

  test('a record that cannot be synced is stored with its reason and stops nothing', async () => {
    platform.set('p2', 'x', OLD, true);
    const task = await sync();
    expect(task).toMatchObject({ status: 'completed', total: 5, counters: { synced: 4, failed: 1, skipped: 0 } });
    const { items } = await run.errors.list({ tenant: TENANT, connectorId: run.connectorId, task: task.id }, 0, 10);
    expect(items).toMatchObject([{ externalId: 'p2', code: 'invalid_price', field: 'price', message: '价格无效' }]);
    expect((await run.stored()).has('p2')).toBe(false);
  });
});

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
    const working = run.work();
    await until(async () => (await run.task(task.id)).status === 'running');
    await sleep(300);
    expect(platform.calls()).toBe(0);
    await run.tasks.model.updateOne({ _id: task.id }, { $set: { outbox: [], relay: null } });
    await working;
    expect(await run.task(task.id)).toMatchObject({ status: 'completed' });
  });

  test('that breaks down for reasons of its own is replaced, and gives up in the end with a reason', async () => {
    const { task } = await run.start();
    const broken: Engine['records'] = { ...run.records, known: () => Promise.reject(new Error('disk full')) };
    for (let tries = 0; tries < 10 && (await run.task(task.id)).status !== 'failed'; tries++) {
      await run.work({ records: broken });
      run.later(20_000);
    }
    expect(await run.task(task.id)).toMatchObject({ status: 'failed', reason: 'internal_error' });
    expect(await run.events('sync.completed')).toHaveLength(1);
  });
});

describe('a closed shop', () => {
  test('is asked once for all tasks of the connector, and again when somebody asks for it', async () => {
    platform.onCall(() => {
      throw new PlatformError('SHOP_CLOSED', 'closed', { code: 'closed' });
    });
    const { task } = await run.start();
    const { task: other } = await run.start({ mode: 'incremental' });
    await run.work();
    await run.work();
    expect(platform.calls()).toBe(1);
    expect(await run.task(task.id)).toMatchObject({ status: 'queued', reason: 'shop_closed', breakdowns: 0 });
    expect(await run.work()).toBe(false);
    platform.onCall(() => {});
    await run.start();
    while (await run.work());
    for (const { id } of [task, other]) expect(await run.task(id)).toMatchObject({ status: 'completed' });
  });

  test('is tried again by itself within a minute', async () => {
    platform.onCall(() => {
      throw new PlatformError('SHOP_CLOSED', 'closed', { code: 'closed' });
    });
    const { task } = await run.start();
    await run.work();
    platform.onCall(() => {});
    run.later(60_000);
    await run.work();
    expect(await run.task(task.id)).toMatchObject({ status: 'completed' });
  });
});

test('small pages of the platform are settled together, and a failure on the way loses none', async () => {
  expect(await sync({}, { pageRows: 4 })).toMatchObject({ page: 2, counters: { synced: 5 } });
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
