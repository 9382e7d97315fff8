import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { changesOf, dead, engine, type Engine } from './engine.ts';
import { OLD, sourceWith, type ScriptedSource } from './scripted-source.ts';
import { mortal } from './model/mortal.ts';

const TOTAL = 7;

let platform: ScriptedSource;
let run: Engine;

beforeEach(async () => {
  platform = sourceWith(Array.from({ length: TOTAL }, (_, n) => `p${n + 1}`));
  run = await engine(platform);
});

afterEach(() => run.stop());

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
  const stored = await run.rows();
  for (const row of stored)
    expect(told).toContainEqual(expect.objectContaining({ external_id: row.externalId, version: row.version }));
}

describe('a full sync whose worker dies', () => {
  test('right before any of its reads and writes ends with the same numbers, nothing untold and one completion', async () => {
    const { task: first } = await run.start();
    const whole = mortal(Number.POSITIVE_INFINITY, run);
    await run.work(whole.over);
    await expectWhole(first.id);
    const steps = whole.steps();
    expect(steps).toBeGreaterThan(20);

    for (let step = 1; step <= steps; step++) {
      platform.set('p1', `changed at ${step}`, OLD);
      if (step % 2 === 0) platform.rows.delete('p7');
      else platform.set('p7', `back at ${step}`, OLD);
      const { task } = await run.start();
      const dying = mortal(step, run);
      await Promise.race([run.work(dying.over), dying.stopped]);
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

  test('between the rows and the checkpoint, while its connector is deleted, leaves no row that nobody heard of', async () => {
    const { task } = await run.start();
    const died = Promise.withResolvers<void>();
    const claims: Engine['claims'] = {
      ...run.claims,
      heartbeat: async () => ({ mark: null }),
      checkpoint: () => {
        died.resolve();
        return dead();
      },
    };
    await Promise.race([run.work({ claims, pageRows: TOTAL }), died.promise]);
    await run.cancelling.cancelAll(run.connectorId);
    expect(await run.recover(task.id)).toMatchObject({ status: 'cancelled', reason: 'connector_deleted' });
    expect((await changesOf(run)).map(({ external_id: id }) => id).toSorted()).toEqual([...platform.rows.keys()]);
  });
});
