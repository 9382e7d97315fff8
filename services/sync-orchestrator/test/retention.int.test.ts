import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { PlatformError } from '@crossdock/kernel';
import { storeMigrations } from '../src/store/migrations.ts';
import { engine, TENANT, type Engine } from './engine.ts';
import { OLD, sourceWith, type ScriptedSource } from './scripted-source.ts';
import { mortal } from './model/mortal.ts';

const DAY_MS = 24 * 3_600_000;
const IDS = ['p1', 'p2', 'p3', 'p4', 'p5', 'p6', 'p7', 'p8'];

let platform: ScriptedSource;
let run: Engine;

beforeEach(async () => {
  platform = sourceWith(IDS);
  run = await engine(platform);
});

afterEach(() => run.stop());

/** The database removes what has expired, by the clock of the test. */
async function expire(): Promise<void> {
  for (const { collection } of [
    run.tasks.model,
    run.errors.model,
    run.pages.model,
    run.streams.model,
    run.records.model,
  ])
    for (const { key, expireAfterSeconds, partialFilterExpression } of await collection.indexes()) {
      if (expireAfterSeconds === undefined) continue;
      const before = new Date(run.clock().getTime() - expireAfterSeconds * 1_000);
      const old = Object.keys(key).map((field) => ({ [field]: { $lte: before } }));
      await collection.deleteMany({ $and: [...old, partialFilterExpression ?? {}] });
    }
}

async function days(count: number): Promise<void> {
  run.later(count * DAY_MS);
  await expire();
}

const closed = () => {
  throw new PlatformError('SHOP_CLOSED', 'closed', { code: 'closed' });
};

const approve = (taskId: string) =>
  run.reviewing.approve({ tenant: TENANT, actor: 'user:1', connectorId: run.connectorId, taskId });

describe('what a task met', () => {
  test('outlives any wait: it is neither counted again nor asked for again', async () => {
    const { task } = await run.start();
    let calls = 0;
    platform.onCall(() => void (++calls > 2 && closed()));
    await run.work();
    expect(await run.task(task.id)).toMatchObject({ status: 'queued', reason: 'shop_closed', page: 2 });
    for (let waited = 0; waited < 60; waited += 5) {
      await days(5);
      expect(await run.work()).toBe(true);
    }
    await days(3);
    platform.onCall((call) => {
      if (call === 'byIds') throw new Error('a row met before is asked for');
    });
    await run.work();
    expect(await run.task(task.id)).toMatchObject({
      status: 'completed',
      total: 8,
      counters: { synced: 8, skipped: 0 },
    });
  });

  test('is forgotten when the task has ended', async () => {
    await run.sync();
    expect(await run.pages.model.countDocuments()).toBe(0);
  });

  test('is forgotten by itself when a death left it behind', async () => {
    const { task } = await run.start();
    const dying = mortal('drop', run);
    await Promise.race([run.work(dying.over), dying.stopped]);
    expect(await run.task(task.id)).toMatchObject({ status: 'completed' });
    expect(await run.pages.model.countDocuments()).toBeGreaterThan(0);
    await days(36);
    expect(await run.pages.model.countDocuments()).toBe(0);
  });
});

describe('rows held back for review', () => {
  beforeEach(async () => {
    await run.sync();
    for (const id of ['p1', 'p4', 'p7']) platform.rows.delete(id);
  });

  test('can still be removed on the last day of the review', async () => {
    const task = await run.sync();
    await days(29.9);
    await approve(task.id);
    await run.work();
    expect([...(await run.stored()).keys()]).toEqual(['p2', 'p3', 'p5', 'p6', 'p8']);
  });

  test('also when the holder died right after it had held them back', async () => {
    const { task } = await run.start();
    const dying = mortal('keepMissing', run);
    await Promise.race([run.work(dying.over), dying.stopped]);
    expect(await run.task(task.id)).toMatchObject({ status: 'completed', reason: 'needs_review' });
    await days(29.9);
    await approve(task.id);
    await run.work();
    expect([...(await run.stored()).keys()]).toEqual(['p2', 'p3', 'p5', 'p6', 'p8']);
  });
});

describe('the history of a connector', () => {
  const errors = () => run.errors.model.countDocuments();

  test('keeps a task and its errors for ninety days after its end, then lets go of both', async () => {
    platform.set('p2', 'x', OLD, true);
    const task = await run.sync();
    await days(89);
    expect(await run.task(task.id)).toMatchObject({ status: 'completed' });
    expect(await errors()).toBe(1);
    await days(2);
    expect(await run.task(task.id)).toBeNull();
    await days(30);
    expect(await errors()).toBe(0);
    expect((await run.stored()).size).toBe(7);
  });

  test('never lets go of a task that has not ended, however old', async () => {
    const { task } = await run.start();
    platform.onCall(closed);
    await run.work();
    await days(400);
    platform.onCall(() => {});
    await run.work();
    expect(await run.task(task.id)).toMatchObject({ status: 'completed', counters: { synced: 8 } });
    await days(89);
    expect(await run.task(task.id)).not.toBeNull();
  });

  test('is not needed to go on: an incremental sync reads from where the last one was', async () => {
    await run.sync();
    await days(91);
    platform.set('p2', 'newer', new Date(run.clock().getTime() - 60_000));
    expect(await run.sync({ mode: 'incremental' })).toMatchObject({ status: 'completed', total: 1 });
  });
});

test('pages that an earlier version stored lose its expiry of two days and get the new one', async () => {
  const pages = run.pages.model.collection;
  await pages.createIndex({ at: 1 }, { name: 'expiry', expireAfterSeconds: 2 * 24 * 3600 });
  await pages.insertOne({
    _id: 'old/1' as never,
    task: 'old',
    page: 1,
    fence: 1,
    ids: ['p1'],
    missing: [],
    at: new Date(),
  });
  for (let times = 0; times < 2; times++) for (const { up } of storeMigrations) await up(run.connection);
  expect(await pages.indexExists('expiry')).toBe(false);
  const { expiresAt } = (await run.pages.model.findOne({ task: 'old' }).lean())!;
  expect(expiresAt.getTime()).toBeGreaterThan(Date.now() + 34 * DAY_MS);
});
