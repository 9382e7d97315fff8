import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { PlatformError } from '@crossdock/kernel';
import { changesOf, engine, TENANT, type Engine } from './engine.ts';
import { OLD, scriptedSource, sourceWith, type ScriptedSource } from './scripted-source.ts';

const DAY_MS = 24 * 3_600_000;
const IDS = ['p1', 'p2', 'p3', 'p4', 'p5', 'p6', 'p7', 'p8'];

let platform: ScriptedSource;
let run: Engine;

beforeEach(async () => {
  platform = sourceWith(IDS);
  run = await engine(platform);
});

afterEach(() => run.stop());

/** A full sync that finds three of eight rows gone. */
async function held() {
  await run.sync();
  for (const id of ['p1', 'p4', 'p7']) platform.rows.delete(id);
  await run.forgetEvents();
  return run.sync();
}

const asked = (taskId: string) => ({ tenant: TENANT, actor: 'user:1', connectorId: run.connectorId, taskId });

describe('a full sync that finds too much gone', () => {
  test('ends as completed, holds the deletions back, tells none and says that somebody must look', async () => {
    const task = await held();
    expect(task).toMatchObject({
      status: 'completed',
      reason: 'needs_review',
      counters: { synced: 5, failed: 0 },
      review: { gone: 3, living: 8, decision: 'open' },
    });
    expect([...(await run.stored()).keys()]).toEqual(IDS);
    expect(await changesOf(run)).toEqual([]);
    const completed = (await run.events('sync.completed')).find(({ subject }) => subject === task.id);
    expect(completed?.data).toMatchObject({ status: 'completed', reason: 'needs_review' });
  });

  test('removes them once approved, each told once, however often and by however many that is asked', async () => {
    const task = await held();
    const approvals = await Promise.all(Array.from({ length: 10 }, () => run.reviewing.approve(asked(task.id))));
    expect(new Set(approvals.map((begun) => begun.task.id)).size).toBe(1);
    expect(approvals.filter(({ deduplicated }) => !deduplicated)).toHaveLength(1);
    await run.work();
    const removal = await run.task(approvals[0]!.task.id);
    expect(removal).toMatchObject({
      status: 'completed',
      reason: null,
      kind: 'removal',
      review: null,
      counters: { synced: 3 },
    });
    expect([...(await run.stored()).keys()]).toEqual(['p2', 'p3', 'p5', 'p6', 'p8']);
    expect((await changesOf(run)).map(({ op, external_id }) => `${op} ${external_id}`).toSorted()).toEqual([
      'deleted p1',
      'deleted p4',
      'deleted p7',
    ]);
    expect((await run.reviewing.approve(asked(task.id))).task.id).toBe(removal.id);
    expect((await run.task(task.id)).review).toMatchObject({ decision: 'approved' });
  });

  test.each(['failed', 'cancelled'])(
    'can be approved again after a removal ended as %s, by however many',
    async (how) => {
      const task = await held();
      const { task: first } = await run.reviewing.approve(asked(task.id));
      if (how === 'failed') {
        platform.onCall(() => {
          throw new PlatformError('PERMANENT', 'refused', { code: 'refused' });
        });
        await run.work();
        platform.onCall(() => {});
      } else await run.cancelling.cancel(asked(first.id));
      expect(await run.task(first.id)).toMatchObject({ status: how });
      const again = await Promise.all(Array.from({ length: 5 }, () => run.reviewing.approve(asked(task.id))));
      expect(new Set(again.map((begun) => begun.task.id)).size).toBe(1);
      expect(again.filter(({ deduplicated }) => !deduplicated)).toHaveLength(1);
      await run.work();
      expect(await run.task(again[0]!.task.id)).toMatchObject({ status: 'completed', counters: { synced: 3 } });
      expect([...(await run.stored()).keys()]).toEqual(['p2', 'p3', 'p5', 'p6', 'p8']);
      expect((await run.reviewing.approve(asked(task.id))).task.id).toBe(again[0]!.task.id);
    },
  );

  test('is not approved again later than thirty days after', async () => {
    const task = await held();
    const { task: removal } = await run.reviewing.approve(asked(task.id));
    await run.cancelling.cancel(asked(removal.id));
    run.later(31 * DAY_MS);
    await expect(run.reviewing.approve(asked(task.id))).rejects.toMatchObject({ code: 'REVIEW_CLOSED' });
  });

  test('asks the platform once more before it removes: what came back meanwhile stays', async () => {
    const task = await held();
    platform.set('p4', 'back', new Date(OLD.getTime() + 1_000));
    await run.reviewing.approve(asked(task.id));
    await run.work();
    expect([...(await run.stored())]).toContainEqual(['p4', 'back']);
    expect((await run.stored()).size).toBe(6);
  });

  test('leaves everything when discarded, and the next full sync finds it again', async () => {
    const task = await held();
    expect((await run.reviewing.discard(asked(task.id))).review).toMatchObject({ decision: 'discarded' });
    expect((await run.reviewing.discard(asked(task.id))).review).toMatchObject({ decision: 'discarded' });
    await expect(run.reviewing.approve(asked(task.id))).rejects.toMatchObject({ kind: 'conflict' });
    expect((await run.stored()).size).toBe(8);
    expect(await run.sync()).toMatchObject({ reason: 'needs_review', review: { gone: 3, decision: 'open' } });
  });

  test('can be approved for thirty days', async () => {
    const task = await held();
    run.later(31 * DAY_MS);
    await expect(run.reviewing.approve(asked(task.id))).rejects.toMatchObject({
      kind: 'conflict',
      code: 'REVIEW_CLOSED',
    });
  });

  test('one approval and one discard at once end in one decision that both hear', async () => {
    const task = await held();
    const [approved, discarded] = await Promise.allSettled([
      run.reviewing.approve(asked(task.id)),
      run.reviewing.discard(asked(task.id)),
    ]);
    const { decision } = (await run.task(task.id)).review!;
    expect([approved.status === 'fulfilled', discarded.status === 'fulfilled']).toEqual([
      decision === 'approved',
      decision === 'discarded',
    ]);
    expect(await run.work()).toBe(decision === 'approved');
  });
});

test('a task without held deletions cannot be approved', async () => {
  const task = await run.sync();
  await expect(run.reviewing.approve(asked(task.id))).rejects.toMatchObject({ kind: 'conflict', code: 'NO_REVIEW' });
});

test('a row older than the platform’s list reaches is not taken for deleted', async () => {
  await run.stop();
  platform = scriptedSource(2, 90 * DAY_MS);
  const recent = new Date(Date.now() - DAY_MS);
  for (const id of IDS) platform.set(id, `title ${id}`, recent);
  platform.set('ancient', 'sold long ago', new Date(Date.now() - 100 * DAY_MS));
  run = await engine(platform);
  await run.sync();
  platform.rows.delete('ancient');
  platform.rows.delete('p1');
  expect(await run.sync()).toMatchObject({ status: 'completed', reason: null });
  const stored = await run.stored();
  expect([stored.has('ancient'), stored.has('p1')]).toEqual([true, false]);
});
