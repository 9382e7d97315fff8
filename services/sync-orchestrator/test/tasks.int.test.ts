import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { inTrace, newId, newTraceparent } from '@crossdock/kernel';
import { changesOf, engine, TENANT, type Engine } from './engine.ts';
import { OLD, sourceWith, type ScriptedSource } from './scripted-source.ts';

const DAY_MS = 24 * 3_600_000;

let platform: ScriptedSource;
let run: Engine;

beforeEach(async () => {
  platform = sourceWith(['p1', 'p2', 'p3', 'p4', 'p5']);
  run = await engine(platform);
});

afterEach(() => run.stop());

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

  test('an idempotency key is free again after a day, for one of those who use it at once', async () => {
    const post = () => run.start({ idempotencyKey: 'nightly', bodyHash: 'same' });
    const { task: first } = await post();
    await run.work();
    run.later(DAY_MS - 60_000);
    expect((await post()).task.id).toBe(first.id);
    run.later(60_000);
    const next = await Promise.all(Array.from({ length: 20 }, post));
    expect(new Set(next.map(({ task }) => task.id)).size).toBe(1);
    expect(next.filter(({ deduplicated }) => !deduplicated)).toHaveLength(1);
    expect(next[0]!.task).toMatchObject({ status: 'queued', kind: 'full' });
    expect(next[0]!.task.id).not.toBe(first.id);
  });

  test('an idempotency key used a day ago finds the task that lives since, and is kept for another day', async () => {
    const post = (bodyHash: string) => run.start({ idempotencyKey: 'nightly', bodyHash });
    const { task } = await post('monday');
    run.later(DAY_MS);
    expect((await post('tuesday')).task.id).toBe(task.id);
    await run.work();
    run.later(DAY_MS - 60_000);
    expect((await post('tuesday')).task).toMatchObject({ id: task.id, status: 'completed' });
    await expect(post('monday')).rejects.toMatchObject({ code: 'IDEMPOTENCY_KEY' });
  });

  test('a key that an earlier version stored counts from the start of its task', async () => {
    const { task } = await run.start({ idempotencyKey: 'k1' });
    await run.work();
    await run.tasks.model.updateOne({ _id: task.id }, { $unset: { 'keys.$[].at': '' } });
    expect((await run.start({ idempotencyKey: 'k1' })).task.id).toBe(task.id);
    run.later(DAY_MS);
    expect((await run.start({ idempotencyKey: 'k1' })).task.id).not.toBe(task.id);
  });

  test('a key is looked for in its index, not in every task', async () => {
    await run.sync({ idempotencyKey: 'k1' });
    const db = run.connection.db!;
    await db.command({ profile: 2 });
    await run.start({ idempotencyKey: 'k1' });
    await db.command({ profile: 0 });
    const done = await db
      .collection('system.profile')
      .find({ ns: /sync_tasks$/ })
      .toArray();
    const plans = done.map(({ planSummary }) => planSummary as string | undefined);
    expect(plans).toContainEqual(expect.stringContaining('keys.key'));
    expect(plans).not.toContain('COLLSCAN');
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
    expect(await run.sync()).toMatchObject({
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
    await run.sync();
    const before = await run.records.model.find().lean();
    await run.forgetEvents();
    expect(await run.sync()).toMatchObject({ total: 5, counters: { synced: 5, failed: 0, skipped: 5 } });
    expect(await run.records.model.find().lean()).toEqual(before);
    expect(await changesOf(run)).toEqual([]);
  });

  test('rows gone at the platform become tombstones after a full sync only', async () => {
    await run.sync();
    platform.rows.delete('p3');
    await run.sync({ mode: 'incremental' });
    expect((await run.stored()).has('p3')).toBe(true);
    await run.sync();
    expect((await run.stored()).has('p3')).toBe(false);
    expect(await changesOf(run)).toContainEqual({ external_id: 'p3', op: 'deleted', version: 2 });
  });

  test('a row that left the walked list while it was read is asked for by id and stays', async () => {
    await run.sync();
    let pages = 0;
    platform.onCall((call) => {
      // p1 is changed before its page is read: it leaves the window and stands on no page.
      if (call === 'page' && ++pages === 2) platform.set('p1', 'new title', new Date(Date.now() + 60_000));
    });
    expect(await run.sync()).toMatchObject({ status: 'completed', total: 5, counters: { synced: 5 } });
    expect((await run.stored()).get('p1')).toBe('new title');
  });

  test('an incremental sync reads from its cursor, and since never moves it', async () => {
    await run.sync();
    const later = new Date(Date.now() + 300_000);
    run.later(600_000);
    platform.set('p2', 'newer', later);
    expect(await run.sync({ mode: 'incremental' })).toMatchObject({ counters: { synced: 1, skipped: 0 } });
    const cursor = (await run.streams.model.findOne().lean())?.cursor;
    expect(await run.sync({ mode: 'incremental', since: OLD })).toMatchObject({ counters: { synced: 5, skipped: 5 } });
    expect((await run.streams.model.findOne().lean())?.cursor).toEqual(cursor);
  });

  test('a record that cannot be synced is stored with its reason and stops nothing', async () => {
    platform.set('p2', 'x', OLD, true);
    const task = await run.sync();
    expect(task).toMatchObject({ status: 'completed', total: 5, counters: { synced: 4, failed: 1, skipped: 0 } });
    const { items } = await run.errors.list({ tenant: TENANT, connectorId: run.connectorId, task: task.id }, [], 0, 10);
    expect(items).toMatchObject([{ externalId: 'p2', code: 'invalid_price', field: 'price', message: '价格无效' }]);
    expect((await run.stored()).has('p2')).toBe(false);
  });
});

test('an end is dated before the totals are counted: of syncs that end together the last one tells no older totals', async () => {
  const { task } = await run.start();
  let countedAt = 0;
  await run.work({
    async totalsOf() {
      countedAt = run.clock().getTime();
      run.later(5_000);
      return { products: 0, orders_30d: 0 };
    },
  });
  expect((await run.task(task.id)).completedAt?.getTime()).toBeLessThanOrEqual(countedAt);
});
