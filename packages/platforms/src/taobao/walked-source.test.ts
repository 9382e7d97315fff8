import { expect, test } from '@jest/globals';
import type { Page, Session, SourceRow } from '../adapter.ts';
import { walkedSource, type ListPage } from './walked-source.ts';
import type { Walk } from './walks.ts';

const PAGE = 2;
const NOW = Date.UTC(2026, 0, 15);
const session = { now: () => new Date(NOW) } as Session;
const window = { from: null, to: new Date(NOW) };

/** A platform whose answers wait for the test, all products changed long ago. */
function platform(rows: number) {
  const ids = Array.from({ length: rows }, (_, n) => `p${n + 1}`);
  const asked: string[] = [];
  const answers: { what: string; give(): void; refuse(err: unknown): void }[] = [];
  let freely = false;

  function answer<T>(what: string, value: () => T): Promise<T> {
    asked.push(what);
    if (freely) return Promise.resolve(value());
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    answers.push({ what, give: () => resolve(value()), refuse: reject });
    return promise;
  }

  const source = walkedSource<string>({
    limits: { pageSize: PAGE, maxRows: 1_000, maxSpanMs: Number.POSITIVE_INFINITY },
    reachMs: null,
    names: ['all'],
    aheadMs: () => 0,
    oldest: () => 0,
    read: (_session, walk: Walk, page) =>
      answer(walk.to === null && walk.from !== null ? 'tail' : `list ${page}`, (): ListPage<string> => {
        const listed = walk.to === null && walk.from !== null ? [] : ids;
        return { total: listed.length, rows: listed.slice((page - 1) * PAGE, page * PAGE) };
      }),
    records: (_session, listed) =>
      answer(`records ${listed.join(' ')}`, () => listed.map((externalId) => ({ externalId }) as SourceRow)),
  });

  const settled = () => new Promise((resolve) => setImmediate(resolve));
  const take = (what: string) => {
    const index = answers.findIndex((each) => each.what === what);
    if (index < 0) throw new Error(`${what} was not asked for: ${asked.join(', ')}`);
    return answers.splice(index, 1)[0]!;
  };
  return {
    asked,
    open: () => answers.map(({ what }) => what),
    page: (position: Page['next']) => source.page(session, window, position),
    async give(what: string) {
      take(what).give();
      await settled();
    },
    async refuse(what: string) {
      take(what).refuse(new Error(`${what} was refused`));
      await settled();
    },
    async freely() {
      freely = true;
      for (const each of answers.splice(0)) each.give();
      await settled();
    },
  };
}

const idsOf = (page: Page): string[] => page.rows.map(({ externalId }) => externalId);

async function rest(of: ReturnType<typeof platform>, from: Page): Promise<string[]> {
  const ids = idsOf(from);
  for (let { next } = from; next !== null;) {
    const page = await of.page(next);
    ids.push(...idsOf(page));
    ({ next } = page);
  }
  return ids;
}

test('lists are read from the last to the first, each when the one before was answered, and only some calls ahead', async () => {
  const shop = platform(14);
  const first = shop.page(null);
  await shop.give('list 1');
  await shop.give('list 7');
  expect(shop.open()).toEqual(['list 6', 'records p13 p14']);
  for (const next of ['list 6', 'list 5', 'list 4']) {
    expect(shop.open().filter((what) => what.startsWith('list'))).toEqual([next]);
    await shop.give(next);
  }
  await shop.give('list 3');
  expect(shop.open()).toEqual(['records p13 p14', 'records p11 p12']);
  await shop.freely();
  expect((await rest(shop, await first)).toSorted()).toEqual(
    Array.from({ length: 14 }, (_, n) => `p${n + 1}`).toSorted(),
  );
  expect(shop.asked.filter((what) => what.startsWith('list'))).toEqual(
    [1, 7, 6, 5, 4, 3, 2, 1].map((n) => `list ${n}`),
  );
});

test('what is newer is asked for when the last list was answered, not before', async () => {
  const shop = platform(4);
  const first = shop.page(null);
  await shop.give('list 1');
  await shop.give('list 2');
  expect(shop.open()).toEqual(['list 1', 'records p3 p4']);
  await shop.give('list 1');
  expect(shop.open()).toContain('tail');
  await shop.freely();
  expect((await rest(shop, await first)).toSorted()).toEqual(['p1', 'p2', 'p3', 'p4']);
});

test('a call ahead that fails does not show before its turn, and is made again when the page is asked for again', async () => {
  const shop = platform(6);
  const first = shop.page(null);
  await shop.give('list 1');
  await shop.give('list 3');
  await shop.refuse('list 2');
  await shop.give('records p5 p6');
  const begun = await first;
  expect(idsOf(begun)).toEqual(['p5', 'p6']);
  await expect(shop.page(begun.next)).rejects.toThrow('list 2 was refused');
  await shop.freely();
  expect((await rest(shop, begun)).toSorted()).toEqual(['p1', 'p2', 'p3', 'p4', 'p5', 'p6']);
});

test('records ahead that fail are read again with their list', async () => {
  const shop = platform(6);
  const first = shop.page(null);
  await shop.give('list 1');
  await shop.give('list 3');
  await shop.give('list 2');
  await shop.refuse('records p3 p4');
  await shop.give('records p5 p6');
  const begun = await first;
  await expect(shop.page(begun.next)).rejects.toThrow('records p3 p4 was refused');
  await shop.freely();
  expect((await rest(shop, begun)).toSorted()).toEqual(['p1', 'p2', 'p3', 'p4', 'p5', 'p6']);
});
