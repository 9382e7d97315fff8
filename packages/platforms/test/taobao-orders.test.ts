import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { OrderFields } from '../src/index.ts';
import { failureOf, openGate, sessionOn, walk, walkHere } from './adapter-contract.ts';
import { type Form, momentOf, raw, refusal } from './taobao-wire.ts';
import { type TaobaoWorld, taobaoWorld } from './taobao-world.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const BUSY = { code: 15, msg: 'Remote service error', sub_code: 'isv.trade-service-rejection' };

describe('Taobao orders', () => {
  let world: TaobaoWorld;
  beforeEach(async () => void (world = await taobaoWorld('taobao', 'orders')));
  afterEach(async () => world[Symbol.asyncDispose]());
  const ago = (ms: number) => new Date(world.clock.ms - ms);
  const seen = (rows: { externalId: string }[]) => [...new Set(rows.map((row) => row.externalId))].toSorted();
  const spanMs = (form: Form) => momentOf(form.end_modified as string) - momentOf(form.start_modified as string);

  test('are all read by their creation, counted once and walked to the first page', async () => {
    const all = world.put(250, ago(3 * DAY_MS));
    const { rows, pages } = await walkHere(world, sessionOn(world));
    expect(seen(rows)).toEqual(all);
    expect(pages.map((page) => page.total)).toEqual(pages.map(() => 250));
    expect(world.forms.map(({ method, page_no, use_has_next }) => [method, page_no, use_has_next])).toEqual([
      ['taobao.trades.sold.get', '1', 'false'],
      ['taobao.trades.sold.get', '3', 'true'],
      ['taobao.trades.sold.get', '2', 'true'],
      ['taobao.trades.sold.get', '1', 'true'],
      ['taobao.trades.sold.get', '1', 'false'],
    ]);
    expect(world.source.reachMs).toBe(88 * DAY_MS);
    const starts = world.forms.slice(0, 4).map((form) => momentOf(form.start_created as string));
    expect(starts).toEqual(starts.map(() => world.clock.ms - 88 * DAY_MS));
  });

  test('of a window are read by their change, in one call when they fit it', async () => {
    world.put(5, ago(DAY_MS + 60_000));
    const wanted = world.put(40, ago(HOUR_MS));
    const { rows, pages } = await walk(world, sessionOn(world), ago(DAY_MS));
    expect(seen(rows)).toEqual(wanted);
    expect(pages).toHaveLength(1);
    expect(world.forms.map((form) => form.method)).toEqual(['taobao.trades.sold.increment.get']);
  });

  test('of a window of days are read day by day, their total unknown until the last day is counted', async () => {
    const all = [10, 34, 58].flatMap((hours) => world.put(130, ago(hours * HOUR_MS)));
    const { rows, pages } = await walk(world, sessionOn(world), ago(2.5 * DAY_MS));
    expect(seen(rows)).toEqual(all.toSorted());
    expect(world.forms.every((form) => spanMs(form) <= DAY_MS)).toBe(true);
    expect(pages[0]?.total).toBeNull();
    expect(pages.at(-1)?.total).toBe(390);
  });

  test.each([1.5, 3.5])('of a window that ended %p days ago are read up to now, and the walk ends', async (days) => {
    world.clock.ms += 789;
    const all = [1, 20, 30, 50, 70, 90].flatMap((hours) => world.put(40, ago(hours * HOUR_MS)));
    const begun = ago(days * DAY_MS);
    const { rows } = await walk({ source: world.source, now: () => begun }, sessionOn(world), ago(4 * DAY_MS));
    expect(seen(rows)).toEqual(all.toSorted());
    expect(world.forms.every((form) => spanMs(form) <= DAY_MS)).toBe(true);
    expect(world.calls()).toBeLessThan(15);
  });

  test('since a window that ended a day ago are read to the end though the clock goes on', async () => {
    const all = world.put(250, ago(HOUR_MS));
    const start = world.clock.ms;
    world.beforeCall(() => void (world.clock.ms += 2_000));
    for (let second = 0; second < 20; second += 1) {
      world.clock.ms = start;
      const begun = new Date(start - DAY_MS + second * 1_000);
      const { rows } = await walk({ source: world.source, now: () => begun }, sessionOn(world), begun);
      expect(seen(rows)).toEqual(all);
    }
    expect(world.forms.every((form) => spanMs(form) <= DAY_MS)).toBe(true);
  });

  test('of a window that begins before the platform remembers are read from where it does', async () => {
    const [recent] = [world.put(2, ago(2 * HOUR_MS)), world.put(2, ago(100 * DAY_MS))];
    const { rows } = await walk(world, sessionOn(world), ago(120 * DAY_MS));
    expect(seen(rows)).toEqual(recent);
    expect(world.forms.length).toBeLessThan(92);
  });

  test.each([30, 23])('whose window of %p hours the platform calls too wide are read by parts of it', async (hours) => {
    const all = [1, 9, 20].flatMap((at) => world.put(60, ago(at * HOUR_MS)));
    world.answerBy((form) => (spanMs(form) > 8 * HOUR_MS ? JSON.stringify({ error_response: BUSY }) : null));
    const gate = openGate();
    const { rows } = await walk(world, sessionOn(world, { call: gate }), ago(hours * HOUR_MS));
    expect(seen(rows)).toEqual(all.toSorted());
    expect(gate.outcomes.filter((outcome) => !outcome.ok)).toContainEqual(
      expect.objectContaining({ failure: 'SHRINK_WINDOW' }),
    );
  });

  test('that came while a long walk went on are read by parts as well when they are too many', async () => {
    const all = world.put(250, ago(DAY_MS));
    const begun = world.clock.ms;
    world.beforeCall((call) => call === 3 && void all.push(...world.put(3, world.now())));
    world.answerBy(({ start_created: start, end_created: end }) => {
      if (world.calls() === 4) world.clock.ms = begun + 20 * HOUR_MS;
      const [from, to] = [start, end].map((text) => momentOf(text as string)) as [number, number];
      return from >= begun - 2_000 && to - from > 8 * HOUR_MS ? JSON.stringify({ error_response: BUSY }) : null;
    });
    const { rows } = await walk(world, sessionOn(world));
    expect(seen(rows)).toEqual(all.toSorted());
    expect(world.calls()).toBeGreaterThan(7);
  });

  test('wait three minutes when even a narrow window is refused', async () => {
    world.answerBy(() => JSON.stringify({ error_response: BUSY }));
    const failure = await failureOf(walk(world, sessionOn(world), ago(30 * HOUR_MS)));
    expect(failure).toMatchObject({ failure: 'SHRINK_WINDOW', retryAfterMs: 180_000 });
    expect(world.calls()).toBeLessThan(20);
  });

  test.each([
    ['ahead', 'five minutes', 300_000],
    ['behind', 'five minutes', -300_000],
    ['ahead', 'an hour', HOUR_MS],
    ['ahead', '90 days', 90 * DAY_MS],
    ['behind', 'an hour', -HOUR_MS],
    ['behind', '90 days', -90 * DAY_MS],
  ])(
    'of a platform whose clock is %s by %s are read by its clock, from the first call on',
    async (_to, _by, aheadMs) => {
      world.clock.platformAheadMs = aheadMs;
      const put = () => world.put(1, new Date(world.clock.ms + aheadMs - 60_000));
      for (const from of [ago(5 * 60_000), null]) {
        const made = put();
        expect(seen((await walk(world, sessionOn(world), from)).rows)).toEqual(expect.arrayContaining(made));
      }
      const made = put();
      expect(seen((await walk(world, sessionOn(world), ago(5 * 60_000))).rows)).toEqual(expect.arrayContaining(made));
    },
  );

  test('that the platform does not know are missing, which says nothing against its health', async () => {
    const [kept, gone] = world.put(2, ago(DAY_MS)) as [string, string];
    world.remove(gone);
    const gate = openGate();
    const rows = await world.source.byIds(sessionOn(world, { call: gate }), [kept, gone].map(world.refOf));
    expect(seen(rows)).toEqual([kept]);
    expect(gate.outcomes.map((outcome) => outcome.ok)).toEqual([true, true]);
  });

  test.each([
    [11, 'isv.permission-api-package-limit', 'FORBIDDEN'],
    [15, 'isv.user-not-exist', 'PERMANENT'],
    [15, 'isv.shop-not-found', 'PERMANENT'],
    [15, 'isv.trade-not-exist-in-service', 'PERMANENT'],
    [15, 'isp.trade-not-exist', 'RETRYABLE'],
    [22, 'isv.method-not-exist', 'PERMANENT'],
    [25, 'isv.trade-not-exist', 'CONFIG'],
    [27, 'invalid-sessionkey', 'AUTH_EXPIRED'],
    [27, 'isv.session-not-exists', 'AUTH_EXPIRED'],
    [28, 'isv.appkey-not-exists', 'CONFIG'],
    [29, 'isv.appkey-not-exists', 'CONFIG'],
  ])('refused by id as %p %p are not taken for deleted: the call failed as %s', async (code, sub, failure) => {
    const [id] = world.put(1, ago(DAY_MS)) as [string];
    world.script(refusal({ code, msg: 'refused', sub_code: sub }));
    expect(await failureOf(world.source.byIds(sessionOn(world), [world.refOf(id)]))).toMatchObject({ failure });
  });

  test('read by id are what the list says of them', async () => {
    const all = world.put(3, ago(DAY_MS));
    const { rows } = await walk(world, sessionOn(world));
    expect(await world.source.byIds(sessionOn(world), all.map(world.refOf))).toEqual(rows);
    expect((rows[0]!.fields as OrderFields).total).toEqual({ amount: '118.00', currency: 'CNY', minor: '11800' });
  });

  test('too large to be listed together are read one by one, and the absurd ones told', async () => {
    const all = world.put(20, ago(DAY_MS));
    const large = [all[3], all[11]] as string[];
    for (const id of large) world.change(id, { receiver_address: JSON.stringify('路'.repeat(1_700_000)) });
    const { rows } = await walk(world, sessionOn(world));
    expect(seen(rows)).toEqual(all);
    const problems = rows.filter((row) => row.problem !== null);
    expect(problems.map((row) => [row.externalId, row.problem?.code])).toEqual(
      large.map((id) => [id, 'ROW_TOO_LARGE']),
    );
    expect(problems.every((row) => JSON.stringify(row).length < 1_000)).toBe(true);
  });

  test('without an id are told under a name that no order has', async () => {
    const [nameless, other] = world.put(2, ago(DAY_MS)) as [string, string];
    world.change(nameless, { tid: 'null', tid_str: '""' });
    const { rows } = await walk(world, sessionOn(world));
    expect(rows.map((row) => [row.externalId, row.problem?.code])).toEqual([
      [expect.stringMatching(/^\?/), 'MISSING_ID'],
      [other, undefined],
    ]);
    expect(await world.source.byIds(sessionOn(world), [world.refOf(nameless)])).toEqual([
      expect.objectContaining({ externalId: nameless, problem: expect.objectContaining({ code: 'MISSING_ID' }) }),
    ]);
  });

  test('whose row is no object are told under such a name too, and the others of the page read', async () => {
    const [id] = world.put(1, ago(DAY_MS)) as [string];
    const rest = JSON.stringify({ total_results: 3, trades: { trade: [7, null] } });
    world.answerBy(() => `{"trades_sold_get_response":${rest.replace('7', `{"tid":${id}},7`)}}`);
    const { rows } = await walk(world, sessionOn(world));
    expect(rows.map((row) => [row.externalId, row.problem?.code])).toEqual([
      [id, 'MISSING_FIELD'],
      [expect.stringMatching(/^\?/), 'MISSING_ID'],
      [expect.stringMatching(/^\?/), 'MISSING_ID'],
    ]);
    expect(new Set(rows.map((row) => row.externalId)).size).toBe(3);
  });

  test.each([
    ['trades is no list', '{"trades_sold_get_response":{"total_results":1,"trades":{"trade":{}}}}'],
    ['the count is missing', '{"trades_sold_get_response":{"trades":{"trade":[]}}}'],
    ['the answer is to another call', '{"trades_sold_increment_get_response":{"total_results":0}}'],
  ])('are not taken from an answer where %s', async (_what, body) => {
    world.script(raw(200, body));
    expect(await failureOf(walk(world, sessionOn(world)))).toMatchObject({ failure: 'RETRYABLE', code: 'MALFORMED' });
  });
});
