import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { PlatformError } from '@crossdock/kernel';
import { PAGE_TRIES } from '../src/domain/failure.ts';
import { changesOf, engine, type Engine } from './engine.ts';
import { sourceWith, type ScriptedSource } from './scripted-source.ts';

let platform: ScriptedSource;
let run: Engine;

beforeEach(async () => {
  platform = sourceWith(['p1', 'p2', 'p3', 'p4', 'p5']);
  run = await engine(platform);
});

afterEach(() => run.stop());

describe('a platform that is away', () => {
  const failing = () => {
    throw new PlatformError('RETRYABLE', 'HTTP 500', { code: 'HTTP_500' });
  };
  /** One call is let through, then the breaker waits. */
  const failOnce = async (): Promise<void> => {
    let calls = 0;
    platform.onCall(() => {
      if (++calls === 1) failing();
      throw new PlatformError('RETRYABLE', 'open', { code: 'BREAKER_OPEN', retryAfterMs: 15_000 });
    });
    await run.work();
    run.later(16_000);
  };

  test('is tried as often as promised, whatever is waited in between, then the task has failed', async () => {
    const { task } = await run.start();
    for (const tries of [1, 2]) {
      await failOnce();
      expect(await run.task(task.id)).toMatchObject({ status: 'queued', reason: 'platform_away', tries });
    }
    await run.tasks.model.updateOne({ _id: task.id }, { $set: { tries: PAGE_TRIES - 1 } });
    await failOnce();
    expect(await run.task(task.id)).toMatchObject({ status: 'failed', reason: 'platform_unavailable' });
  });

  test('is forgiven with every page that comes', async () => {
    const { task } = await run.start();
    await failOnce();
    platform.onCall(() => {});
    await run.work();
    expect(await run.task(task.id)).toMatchObject({ status: 'completed', tries: 0 });
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

  test('leaves no doubt about what was written before, however often it is tried: all of it was told', async () => {
    let calls = 0;
    platform.onCall(() => {
      if (++calls > 1) throw new PlatformError('SHOP_CLOSED', 'closed', { code: 'closed' });
    });
    const { task } = await run.start();
    for (let times = 0; times < 5; times++) {
      await run.work();
      run.later(60_000);
    }
    expect(await run.task(task.id)).toMatchObject({ status: 'queued', reason: 'shop_closed', page: 1 });
    expect((await run.streams.model.findOne().lean())?.lapsed).toEqual([]);
    platform.onCall(() => {});
    await run.work();
    expect(await run.task(task.id)).toMatchObject({ status: 'completed', counters: { synced: 5 } });
    expect(await changesOf(run)).toHaveLength(5);
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
