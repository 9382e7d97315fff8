import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { failureOf, sessionOn, walk, walkHere } from './adapter-contract.ts';
import { raw, refusal } from './taobao-wire.ts';
import { type TaobaoWorld, taobaoWorld } from './taobao-world.ts';

const DAY_MS = 86_400_000;

describe('Tmall reviews', () => {
  let world: TaobaoWorld;
  beforeEach(async () => void (world = await taobaoWorld('tmall', 'reviews')));
  afterEach(async () => world[Symbol.asyncDispose]());
  const ago = (ms: number) => new Date(world.clock.ms - ms);

  test('are walked back from the last page after one count', async () => {
    world.put(320, ago(DAY_MS));
    await walkHere(world, sessionOn(world));
    expect(world.forms.map(({ page_no, page_size, use_has_next }) => [page_no, page_size, use_has_next])).toEqual([
      ['1', '150', 'false'],
      ['3', '150', 'true'],
      ['2', '150', 'true'],
      ['1', '150', 'true'],
      ['1', '150', 'false'],
    ]);
  });

  test('are met again with a reply by a full sync, not by a window', async () => {
    const [id] = world.put(2, ago(DAY_MS)) as [string];
    const replied = async (from: Date | null) =>
      (await walk(world, sessionOn(world), from)).rows.map((row) => [row.externalId === id, row.fields]);
    world.touch(id, ago(60_000));
    expect(await replied(ago(3_600_000))).toEqual([]);
    expect(await replied(null)).toContainEqual([true, expect.objectContaining({ replied: true })]);
  });

  test('are asked for by their order, or by themselves when none is stored', async () => {
    const [id, other] = world.put(2, ago(DAY_MS)) as [string, string];
    const rows = await world.source.byIds(sessionOn(world), [
      world.refOf(id),
      { ...world.refOf(other), orderId: null },
    ]);
    expect(rows.map((row) => row.externalId)).toEqual([id, other]);
    expect(new Set(world.forms.map((form) => form.tid))).toEqual(new Set([other, `9${id.slice(1)}`]));
  });

  test('too large to be listed together are read order by order, and the absurd ones told', async () => {
    const all = world.put(20, ago(DAY_MS));
    const large = [all[3], all[11]] as string[];
    for (const id of large) world.change(id, { content: JSON.stringify('好'.repeat(1_700_000)) });
    const { rows } = await walk(world, sessionOn(world));
    expect(rows.map((row) => row.externalId).toSorted()).toEqual(all);
    expect(rows.flatMap((row) => (row.problem === null ? [] : [[row.externalId, row.problem.code]]))).toEqual(
      large.map((id) => [id, 'ROW_TOO_LARGE']),
    );
  });

  test('of an order are not taken for gone when the app is refused', async () => {
    const [id] = world.put(1, ago(DAY_MS)) as [string];
    world.script(refusal({ code: 29, msg: 'Invalid app Key', sub_code: 'isv.appkey-not-exists' }));
    expect(await failureOf(world.source.byIds(sessionOn(world), [world.refOf(id)]))).toMatchObject({
      failure: 'CONFIG',
    });
  });

  test('are not taken from an answer that is no list', async () => {
    world.script(raw(200, '{"traderates_get_response":{"total_results":1,"trade_rates":[]}}'));
    expect(await failureOf(walk(world, sessionOn(world)))).toMatchObject({ failure: 'RETRYABLE', code: 'MALFORMED' });
  });
});
