import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { ProductFields } from '../src/index.ts';
import { failureOf, openGate, sessionOn, walk, walkHere } from './adapter-contract.ts';
import { raw, refusal } from './taobao-wire.ts';
import { type TaobaoWorld, taobaoWorld } from './taobao-world.ts';

const DAY_MS = 86_400_000;

describe('Tmall products', () => {
  let world: TaobaoWorld;
  beforeEach(async () => void (world = await taobaoWorld('tmall', 'products')));
  afterEach(async () => world[Symbol.asyncDispose]());
  const ago = (ms: number) => new Date(world.clock.ms - ms);
  const methods = () => world.forms.map((form) => form.method?.split('.').slice(2).join('.'));
  const firstPage = (gate = openGate()) =>
    world.source.page(sessionOn(world, { call: gate }), { from: null, to: ago(2_000) }, null);

  test('carry ids beyond 2^53 exactly', async () => {
    const [id] = world.put(1, ago(DAY_MS)) as [string];
    const [row] = await world.source.byIds(sessionOn(world), [world.refOf(id)]);
    expect(row?.externalId).toBe(id);
    expect((row!.fields as ProductFields).skus[0]?.sku_id).toBe('5012345678901234567');
  });

  test('of a small shop take a call for each list and one for the details', async () => {
    await walk(world, sessionOn(world));
    expect(methods()).toEqual(['onsale.get', 'inventory.get']);
    world.forms.length = 0;
    world.put(10, ago(DAY_MS));
    await walk(world, sessionOn(world));
    expect(methods()).toEqual(['onsale.get', 'inventory.get', 'seller.list.get']);
  });

  test('of a larger shop are listed from the last page to the first, and what is newer at the end', async () => {
    world.put(750, ago(DAY_MS));
    await walkHere(world, sessionOn(world));
    const onsale = world.forms.filter((form) => form.method === 'taobao.items.onsale.get');
    expect(onsale.map((form) => form.page_no)).toEqual(['1', '3', '2', '1', '1']);
    expect(onsale.map((form) => form.end_modified === undefined)).toEqual([true, false, false, false, true]);
    expect(onsale.map((form) => form.page_size)).toEqual(onsale.map(() => '200'));
    expect(
      world.forms.filter((form) => form.num_iids !== undefined).every((form) => form.num_iids!.split(',').length <= 20),
    ).toBe(true);
  });

  test('that change while the walk goes on are caught by its tail', async () => {
    const rows = world.put(600, ago(DAY_MS));
    world.beforeCall((call) => call === 3 && rows.slice(100, 110).forEach((id) => world.touch(id, world.now())));
    const walked = await walk(world, sessionOn(world));
    expect(new Set(walked.rows.map((row) => row.externalId))).toEqual(new Set(rows));
  });

  test('beyond the 20,000 that the platform pages through are read by halves of the window', async () => {
    const all = [4, 3, 2].flatMap((days) => world.put(9_000, ago(days * DAY_MS)));
    const { rows, pages } = await walk(world, sessionOn(world));
    expect(new Set(rows.map((row) => row.externalId))).toEqual(new Set(all));
    expect(new Set(pages.map((page) => page.total))).toEqual(new Set([27_000]));
  }, 120_000);

  test('whose row has no id are told, and nobody takes them for deleted', async () => {
    const [first, second, third] = world.put(3, ago(DAY_MS)) as [string, string, string];
    world.change(second, { num_iid: 'null' });
    world.remove(third);
    const rows = await world.source.byIds(sessionOn(world), [first, second, third].map(world.refOf));
    expect(rows.map((row) => [row.externalId, row.problem?.code])).toEqual([
      [first, undefined],
      [second, 'MISSING_ID'],
      [third, 'MISSING_ID'],
    ]);
    const listed = (await walk(world, sessionOn(world))).rows;
    expect(listed.map((row) => [row.externalId, row.problem?.code])).toEqual([
      [first, undefined],
      [expect.stringMatching(/^\?/), 'MISSING_ID'],
    ]);
  });

  test('without an id that changed at the same moment are told one by one, under the same names each time', async () => {
    const all = world.put(5, ago(DAY_MS));
    for (const n of [1, 2, 3]) world.change(all[n] as string, { num_iid: 'null', title: `"第${n}款"` });
    const namesOf = async () =>
      (await walk(world, sessionOn(world))).rows.flatMap((row) => (row.problem === null ? [] : [row.externalId]));
    const names = await namesOf();
    expect(new Set(names).size).toBe(3);
    world.put(1, ago(60_000));
    world.change(all[1] as string, { num: '7', price: '"1.00"' });
    expect(await namesOf()).toEqual(names);
  });

  test('whose row is no object are told, each by itself, and the others of the page read', async () => {
    const [first, second] = world.put(2, ago(DAY_MS)) as [string, string];
    const list = (rows: string) => `{"items_onsale_get_response":{"total_results":3,"items":{"item":[${rows}]}}}`;
    world.answerBy(({ method }) =>
      method === 'taobao.items.onsale.get' ? list(`null,{"num_iid":${second}},"${first}"`) : null,
    );
    const { rows } = await walk(world, sessionOn(world));
    expect(rows.filter((row) => row.problem === null).map((row) => row.externalId)).toEqual([second, first]);
    const problems = rows.filter((row) => row.problem !== null);
    expect(problems.map((row) => row.problem?.code)).toEqual(['MISSING_ID', 'MISSING_ID']);
    expect(new Set(problems.map((row) => row.externalId)).size).toBe(2);
  });

  test('tell by a digest whether they came as before, and are read alike however the answer is written', async () => {
    const ids = world.put(3, ago(DAY_MS));
    const rows = async (readsAll = false) => {
      const found = await world.source.byIds({ ...sessionOn(world), readsAll }, ids.map(world.refOf));
      return found.map(({ externalId, digest, fields, hash, updatedAt, problem }) => {
        return { externalId, digest, rest: { fields, hash, updatedAt, problem } };
      });
    };
    const first = await rows();
    expect(new Set(first.map(({ digest }) => digest)).size).toBe(3);
    expect(await rows()).toEqual(first);
    expect(await rows(true)).toEqual(first);
    world.change(ids[1] as string, { num: '8' });
    const second = await rows();
    expect(second.map(({ digest }, n) => digest === first[n]!.digest)).toEqual([true, false, true]);
    world.answerBy((_form, usual) => usual?.replace('{', '{ ') ?? null);
    const spaced = await rows();
    expect(spaced).toEqual(second.map((row) => ({ ...row, digest: undefined })));
  });

  test('of an answer that is no JSON in one of its rows fail the page once that row is read', async () => {
    const [id] = world.put(1, ago(DAY_MS)) as [string];
    for (const row of [`{"num_iid":${id},"title":}`, String.raw`{"num_iid":${id},"num\u005fiid":7}`]) {
      world.answerBy(({ method }) =>
        method?.includes('seller.list') ? `{"items_seller_list_get_response":{"items":{"item":[${row}]}}}` : null,
      );
      const [broken] = await world.source.byIds(sessionOn(world), [world.refOf(id)]);
      expect(() => broken!.problem).toThrow(expect.objectContaining({ failure: 'RETRYABLE', code: 'MALFORMED' }));
    }
  });

  test('that are absurdly large are told, alone in their page, and no failure of the platform', async () => {
    const all = world.put(40, ago(DAY_MS));
    const large = [all[3], all[7], all[30]] as string[];
    for (const id of large) world.change(id, { title: JSON.stringify('大'.repeat(1_700_000)) });
    const gate = openGate();
    const { rows } = await walk(world, sessionOn(world, { call: gate }));
    expect(gate.outcomes.filter((outcome) => !outcome.ok)).toEqual([]);
    expect(rows.map((row) => row.externalId).toSorted()).toEqual(all.toSorted());
    const problems = rows.filter((row) => row.problem !== null);
    expect(problems.map((row) => row.externalId).toSorted()).toEqual(large.toSorted());
    expect(problems.map((row) => row.problem?.code)).toEqual(problems.map(() => 'ROW_TOO_LARGE'));
  });

  test('are asked for again with the clock of the platform when it calls the timestamp stale', async () => {
    world.put(3, ago(DAY_MS));
    world.clock.platformAheadMs = 3_600_000;
    const gate = openGate();
    expect((await firstPage(gate)).rows).not.toEqual([]);
    expect(gate.outcomes.filter((outcome) => !outcome.ok)).toEqual([
      expect.objectContaining({ failure: 'RETRYABLE', code: '31' }),
      expect.objectContaining({ failure: 'RETRYABLE', code: '31' }),
    ]);
    expect(gate.taken()).toBe(gate.outcomes.length);
    world.forms.length = 0;
    await firstPage();
    expect(world.forms.every((form) => form.timestamp === '2026-01-15 11:30:00')).toBe(true);
  });

  test('fail as a matter of configuration when the timestamp is stale twice', async () => {
    const stale = refusal({ code: 31, msg: 'Invalid timestamp' });
    world.script(stale, stale, stale, stale);
    expect(await failureOf(firstPage())).toMatchObject({ failure: 'CONFIG', code: '31' });
    expect(world.calls()).toBe(4);
  });

  test('of a frozen shop wait', async () => {
    world.script(refusal({ code: 15, msg: 'Remote service error', sub_code: 'isv.shop-closed' }));
    expect(await failureOf(firstPage())).toMatchObject({ failure: 'SHOP_CLOSED', code: '15/isv.shop-closed' });
  });

  test.each([
    ['items is no list', '{"items_onsale_get_response":{"total_results":1,"items":{"item":{}}}}'],
    ['the count is missing', '{"items_onsale_get_response":{}}'],
    ['the answer is to another call', '{"items_inventory_get_response":{"total_results":0}}'],
    ['it is not an object', '[]'],
  ])('are not taken from an answer where %s', async (_what, body) => {
    world.script(raw(200, body), raw(200, body));
    expect(await failureOf(firstPage())).toMatchObject({ failure: 'RETRYABLE', code: 'MALFORMED' });
  });

  test('say in no failure what the app secret or the token is', async () => {
    const msg = 'sign of helloworld for access-token-of-the-shop is wrong';
    const echo = refusal({ code: 25, msg, sub_code: 'isv.helloworld' });
    world.script(echo, echo);
    const gate = openGate();
    const failure = await failureOf(firstPage(gate));
    expect(failure.failure).toBe('CONFIG');
    expect(JSON.stringify([failure.message, failure.code, gate.outcomes])).not.toMatch(/helloworld|access-token/);
  });
});
