import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { PlatformError } from '@crossdock/kernel';
import { rowHash } from '@crossdock/platforms';
import { changesOf, engine, type Engine } from './engine.ts';
import { OLD, type ScriptedSource, sourceWith } from './scripted-source.ts';

const IDS = ['p1', 'p2', 'p3', 'p4', 'p5'];
const LATER = new Date(OLD.getTime() + 60_000);

let platform: ScriptedSource;
let run: Engine;

beforeEach(async () => {
  platform = sourceWith(IDS);
  run = await engine(platform);
});

afterEach(() => run.stop());

/** A full sync after another, with what it told and read. */
async function again() {
  await run.forgetEvents();
  platform.read();
  const { counters } = await run.sync();
  return { counters, read: platform.read(), told: await changesOf(run) };
}

describe('a row that comes in the bytes it was stored from', () => {
  test('is not read again', async () => {
    await run.sync();
    platform.set('p2', 'new title', LATER);
    expect(await again()).toEqual({
      counters: { synced: 5, failed: 0, skipped: 4 },
      read: ['p2'],
      told: [{ external_id: 'p2', op: 'updated', version: 2 }],
    });
    expect(await again()).toEqual({ counters: { synced: 5, failed: 0, skipped: 5 }, read: [], told: [] });
  });

  test('is created again after it was gone', async () => {
    await run.sync();
    platform.rows.delete('p2');
    expect((await again()).told).toEqual([{ external_id: 'p2', op: 'deleted', version: 2 }]);
    platform.set('p2', 'title p2', OLD);
    expect((await again()).told).toEqual([{ external_id: 'p2', op: 'created', version: 3 }]);
    expect(await run.stored()).toEqual(new Map(IDS.map((id) => [id, `title ${id}`])));
  });

  test('is no error of this sync because it was one of an earlier one', async () => {
    platform.set('p2', 'title p2', OLD, true);
    expect((await run.sync()).counters).toEqual({ synced: 4, failed: 1, skipped: 0 });
    expect((await again()).counters).toEqual({ synced: 4, failed: 1, skipped: 4 });
    platform.set('p2', 'title p2', OLD);
    expect(await again()).toMatchObject({ counters: { synced: 5, failed: 0, skipped: 4 }, read: ['p2'] });
    expect((await again()).read).toEqual([]);
  });
});

test('a row in other bytes is read, and skipped when they say the same', async () => {
  await run.sync();
  platform.respell('p2');
  expect(await again()).toEqual({ counters: { synced: 5, failed: 0, skipped: 5 }, read: ['p2'], told: [] });
});

test('a row that was stored before rows were told by their bytes is read, and skipped when it says the same', async () => {
  await run.sync();
  const asThen = IDS.map((id) => {
    const hash = rowHash({ title: `title ${id}` } as never, OLD);
    return { updateOne: { filter: { externalId: id }, update: { $unset: { digest: 1 as const }, $set: { hash } } } };
  });
  await run.records.model.collection.bulkWrite(asThen);
  expect(await again()).toEqual({ counters: { synced: 5, failed: 0, skipped: 5 }, read: IDS, told: [] });
});

test('a page with a row that turns out to be unreadable comes again, and nothing of it or the next is lost', async () => {
  let left = 1;
  platform.onRead((id) => {
    if (id === 'p4' && left-- > 0) throw new PlatformError('RETRYABLE', 'malformed answer', { code: 'MALFORMED' });
  });
  expect(await run.sync()).toMatchObject({ status: 'completed', counters: { synced: 5, failed: 0, skipped: 0 } });
  expect(await changesOf(run)).toHaveLength(5);
});

describe('the first sync of a connector', () => {
  test('does not look for rows that cannot be there', async () => {
    const known = () => Promise.reject(new Error('looked'));
    expect(await run.sync({}, { records: { ...run.records, known } })).toMatchObject({
      status: 'completed',
      counters: { synced: 5, failed: 0, skipped: 0 },
    });
  });

  test('meets rows that somebody else stored meanwhile, and does not store or tell them twice', async () => {
    await run.sync();
    platform.set('p2', 'new title', LATER);
    platform.set('p6', 'title p6', LATER);
    await run.forgetEvents();
    const isEmpty = async () => true;
    const { counters } = await run.sync({}, { records: { ...run.records, isEmpty } });
    expect(counters).toEqual({ synced: 6, failed: 0, skipped: 4 });
    expect((await changesOf(run)).toSorted((a, b) => a.external_id.localeCompare(b.external_id))).toEqual([
      { external_id: 'p2', op: 'updated', version: 2 },
      { external_id: 'p6', op: 'created', version: 1 },
    ]);
  });
});

describe('a large shop', () => {
  const many = Array.from({ length: 600 }, (_, n) => `q${n + 1000}`);
  /** How often ids were read from the store. */
  async function looksOf(work: (worker: Parameters<Engine['work']>[0]) => Promise<unknown>): Promise<number> {
    let looks = 0;
    const idsAfter: Engine['records']['idsAfter'] = (...of) => {
      looks++;
      return run.records.idsAfter(...of);
    };
    await work({ pageRows: 200, records: { ...run.records, idsAfter } });
    return looks;
  }
  const fullSync = () =>
    looksOf(async (worker) => {
      expect((await run.sync({}, worker)).status).toBe('completed');
    });

  beforeEach(() => {
    for (const id of many) platform.set(id, `title ${id}`, OLD);
  });

  test('has smaller pages where its rows are large', async () => {
    /** How many pages with rows were stored, none of them cut off because reading it took long. */
    const pagesOf = async () => {
      const now = run.clock();
      let withRows = 0;
      const write: Engine['pages']['write'] = (task, page, fence, told, at) => {
        if (told.ids.length > 0) withRows++;
        return run.pages.write(task, page, fence, told, at);
      };
      await run.sync({}, { pageRows: 600, pages: { ...run.pages, write }, clock: () => now });
      return withRows;
    };
    expect(await pagesOf()).toBe(2);
    platform.answersOf(2 ** 19);
    expect(await pagesOf()).toBe(Math.ceil((IDS.length + many.length) / 2 / 4));
  });

  test('a page is written in parts, and no further once one met a later holder', async () => {
    let writes = 0;
    const write: Engine['records']['write'] = async () => ({ lost: ++writes > 0, collided: [] });
    const { task } = await run.start();
    await run.work({ pageRows: 600, records: { ...run.records, write } });
    // Those that were under way.
    expect(writes).toBe(3);
    expect(await run.task(task.id)).toMatchObject({ status: 'running', page: 0 });
    expect((await run.stored()).size).toBe(0);
  });

  test('nothing is looked for after the list when as many rows are stored as were met', async () => {
    // The one look is whether the last page may be the end.
    expect(await fullSync()).toBe(1);
    expect(await fullSync()).toBe(1);
  });

  test('a row that the list did not hold is looked for and removed', async () => {
    await fullSync();
    platform.rows.delete('q1300');
    platform.set('q9999', 'another in its place', OLD);
    expect(await fullSync()).toBeGreaterThan(2);
    expect(new Set((await run.stored()).keys())).toEqual(new Set(platform.rows.keys()));
    expect(await fullSync()).toBe(1);
  });

  test('who took the task over from somebody looks: what was met before may be gone since', async () => {
    await fullSync();
    const leaving = new AbortController();
    platform.onCall(() => leaving.abort());
    const { task } = await run.start();
    await run.work({ pageRows: 200 }, leaving.signal);
    platform.onCall(() => {});
    expect(await run.task(task.id)).toMatchObject({ status: 'queued', page: 1 });
    const [met] = [...platform.rows.keys()].slice(-1) as [string];
    await run.records.write([{ kind: 'remove', externalId: met, version: 9 }], {
      tenant: run.request.tenant,
      connectorId: run.connectorId,
      fence: 1_000,
      page: 1,
      now: run.clock(),
    });
    expect(await looksOf((worker) => run.work(worker))).toBeGreaterThan(2);
    expect((await run.task(task.id)).status).toBe('completed');
  });

  test('failed rows make it look: they count as met and may not be stored', async () => {
    await fullSync();
    platform.rows.delete('q1300');
    platform.set('q9999', 'invalid', OLD, true);
    expect(await fullSync()).toBeGreaterThan(2);
    expect((await run.stored()).has('q1300')).toBe(false);
  });
});
