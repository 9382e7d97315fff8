import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { RunTaskDeps } from '../src/worker/run-task.ts';
import { changesOf, dead, engine, scriptedSource, type Engine, type Over, type ScriptedSource } from './engine.ts';

const OLD = new Date('2026-03-14T08:00:00Z');
const TOTAL = 7;

let platform: ScriptedSource;
let run: Engine;

beforeEach(async () => {
  platform = scriptedSource();
  for (let id = 1; id <= TOTAL; id++) platform.set(`p${id}`, `title ${id}`, OLD);
  run = await engine(platform);
});

afterEach(() => run.stop());

/** Stores whose n-th call (of all stores together) never happens: the process died right before it. */
function dyingBefore(n: number, deps: RunTaskDeps): { deps: Over; died: Promise<void>; calls(): number } {
  let calls = 0;
  const end = Promise.withResolvers<void>();
  const wrap = <S extends object>(store: S): S =>
    new Proxy(store, {
      get(target, name) {
        const value: unknown = Reflect.get(target, name);
        if (typeof value !== 'function') return value;
        // Its heart stops with it.
        if (name === 'heartbeat') return async () => ({ mark: null });
        return (...args: unknown[]) => {
          if (++calls < n) return (value as (...all: unknown[]) => unknown)(...args);
          end.resolve();
          return dead();
        };
      },
    });
  const { claims, streams, pages, errors } = deps;
  return {
    deps: {
      claims: wrap(claims),
      streams: wrap(streams),
      records: wrap(run.records),
      pages: wrap(pages),
      errors: wrap(errors),
    },
    died: end.promise,
    calls: () => calls,
  };
}

async function expectWhole(taskId: string): Promise<void> {
  const task = await run.recover(taskId);
  expect(task).toMatchObject({
    status: 'completed',
    total: platform.rows.size,
    counters: { synced: platform.rows.size, failed: 0 },
  });
  expect(await run.stored()).toEqual(new Map([...platform.rows].map(([id, { title }]) => [id, title])));
  const completed = (await run.events('sync.completed')).filter(({ subject }) => subject === taskId);
  expect(new Set(completed.map((event) => event.id)).size).toBe(1);
  // Each change of each row told, and under one version only.
  const told = await changesOf(run);
  const stored = await run.records.scan(run.connectorId, null, 100);
  for (const row of stored)
    expect(told).toContainEqual(expect.objectContaining({ external_id: row.externalId, version: row.version }));
}

describe('a full sync whose worker dies', () => {
  test('right before any of its reads and writes ends with the same numbers, nothing untold and one completion', async () => {
    const { task: first } = await run.start();
    const whole = dyingBefore(Number.POSITIVE_INFINITY, run.deps);
    await run.work(whole.deps);
    await expectWhole(first.id);
    const steps = whole.calls();
    expect(steps).toBeGreaterThan(20);

    for (let step = 1; step <= steps; step++) {
      platform.set('p1', `changed at ${step}`, OLD);
      if (step % 2 === 0) platform.rows.delete('p7');
      else platform.set('p7', `back at ${step}`, OLD);
      const { task } = await run.start();
      const dying = dyingBefore(step, run.deps);
      await Promise.race([run.work(dying.deps), dying.died]);
      await expectWhole(task.id);
    }
  }, 120_000);

  test('between the rows and the checkpoint changes no number and loses no event', async () => {
    const { task } = await run.start();
    let checkpoints = 0;
    const died = Promise.withResolvers<void>();
    const claims: Engine['claims'] = {
      ...run.claims,
      heartbeat: async () => ({ mark: null }),
      checkpoint: (...args) => {
        if (++checkpoints < 2) return run.claims.checkpoint(...args);
        died.resolve();
        return dead();
      },
    };
    await Promise.race([run.work({ claims }), died.promise]);
    expect((await run.task(task.id)).counters.synced).toBe(1);
    await expectWhole(task.id);
    const told = await changesOf(run);
    expect(told).toHaveLength(TOTAL);
    expect(told.every(({ op, version }) => op === 'created' && version === 1)).toBe(true);
  });
});

describe('a zombie', () => {
  test('that stalled before its row writes overwrites nothing newer, checkpoints nothing and ends nothing', async () => {
    const { task } = await run.start();
    const stalled = Promise.withResolvers<void>();
    const awake = Promise.withResolvers<void>();
    let writes = 0;
    const records: Engine['records'] = {
      ...run.records,
      write: async (...args) => {
        if (++writes === 2) {
          stalled.resolve();
          await awake.promise;
        }
        return run.records.write(...args);
      },
    };
    const claims: Engine['claims'] = { ...run.claims, heartbeat: async () => ({ mark: null }) };
    const zombie = run.work({ records, claims });
    await stalled.promise;
    // p7 stands on the page that was checkpointed before: the next sync is for it.
    for (const id of platform.rows.keys()) if (id !== 'p7') platform.set(id, `newer ${id}`, OLD);
    await expectWhole(task.id);
    const ended = await run.task(task.id);

    awake.resolve();
    await zombie;
    expect(await run.task(task.id)).toEqual(ended);
    expect(await run.stored()).toEqual(new Map([...platform.rows].map(([id, { title }]) => [id, title])));
    expect(await run.events('sync.completed')).toHaveLength(1);
  });

  test('that stalled before an insert leaves a row that the next sync tells', async () => {
    const { task } = await run.start();
    const stalled = Promise.withResolvers<void>();
    const awake = Promise.withResolvers<void>();
    const records: Engine['records'] = {
      ...run.records,
      write: async (...args) => {
        stalled.resolve();
        await awake.promise;
        return run.records.write(...args);
      },
    };
    const zombie = run.work({ records, claims: { ...run.claims, heartbeat: async () => ({ mark: null }) } });
    await stalled.promise;
    // The row it is about to insert vanishes at the platform, so that its successor never meets it.
    platform.rows.delete('p7');
    await expectWhole(task.id);
    awake.resolve();
    await zombie;
    expect((await run.stored()).has('p7')).toBe(true);

    const { task: next } = await run.start();
    await expectWhole(next.id);
    expect(await changesOf(run)).toContainEqual({ external_id: 'p7', op: 'deleted', version: 2 });
  });
});
