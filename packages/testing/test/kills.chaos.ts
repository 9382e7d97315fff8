import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sleep } from '@crossdock/kernel';
import { until } from '@crossdock/stack/until';
import { startShopWorld, type ShopWorld } from '../src/failpoints/doomed-world.ts';
import { connected, insist, quiet, trigger, type Subject } from '../src/failpoints/subject.ts';
import { countOf } from '../src/index.ts';
import { herdOf } from '../src/kills/herd.ts';
import { pageWritesOf, type PageWrites } from '../src/kills/page-writes.ts';
import { MISTAKES } from '../src/kills/planted.ts';
import { isSettled, judgeSyncs, liveOf } from '../src/kills/syncs.ts';
import type { SyncVerdict } from '../src/kills/verdict.ts';

const SYNCS = countOf('syncs', 100);
const RECORDS = countOf('records', 5_000);
const KILLS = countOf('kills', 500);
const PROCESSES = countOf('processes', 4);
/** Under way from the beginning; the others follow as the kills go on. */
const AT_ONCE = 24;
/** So slow that a sync outlives some of its holders. */
const SLOW_MS = 250;
const FEW_RECORDS = 1_000;
/** Nobody syncs by itself meanwhile. */
const LONG_MINUTES = 1_440;
const HOUR_MS = 3_600_000;

let world: ShopWorld;
let pages: PageWrites;
beforeAll(async () => {
  world = await startShopWorld();
  pages = await pageWritesOf(world.database('sync-orchestrator'));
}, 120_000);
afterAll(async () => {
  await pages?.[Symbol.asyncDispose]();
  await world?.[Symbol.asyncDispose]();
}, 120_000);

const isWrong = ({ lost, twice }: SyncVerdict) => lost.length + twice.length > 0;

async function begin(records: number, latencyMs: number): Promise<Subject> {
  const subject = await connected(world, records);
  await insist(() => world.admin.put(`/${subject.connectorId}`, { sync_interval_minutes: LONG_MINUTES }), 200);
  await world.platform.putShop('tmall', subject.shopId, { latency_ms: latencyMs });
  await trigger(world, subject);
  return subject;
}

test('the checker finds nothing in an undisturbed sync, and what each mistake leaves behind', async () => {
  const subjects = await Promise.all([null, ...MISTAKES].map(() => begin(FEW_RECORDS, 0)));
  await until(() => isSettled(world, subjects), { timeoutMs: 120_000, what: 'their ends' });
  const db = world.database('sync-orchestrator');
  for (const [n, { plant }] of MISTAKES.entries()) await plant(db, subjects[n + 1]!);
  for (const subject of subjects) await quiet(world, subject);
  await until(() => isSettled(world, subjects), { what: 'their outboxes' });
  const [honest, ...mistaken] = await judgeSyncs(world, subjects, pages);
  expect(honest).toEqual({ lost: [], twice: [], repeated: 0, takeovers: 0 });
  const missed = MISTAKES.filter((_, n) => !isWrong(mistaken[n]!)).map(({ mistake }) => mistake);
  console.log(`${MISTAKES.length} mistakes planted, ${missed.length} missed`);
  expect(missed).toEqual([]);
}, 300_000);

test(
  'syncs whose orchestrators are killed again and again store what the platform has, count it exactly and end once',
  async () => {
    const began = Date.now();
    const subjects: Subject[] = [];
    const isBusy = async () => (await liveOf(world, subjects)).running > 0;
    const herd = herdOf(world.stack, { count: PROCESSES, isBusy });
    while (subjects.length < SYNCS || herd.kills() < KILLS) {
      const due = Math.min(SYNCS, AT_ONCE + ((SYNCS - AT_ONCE) * herd.kills()) / KILLS);
      const { live } = await liveOf(world, subjects);
      // The last ones must not end before the last kill.
      if (subjects.length < due || live < PROCESSES) subjects.push(await begin(RECORDS, SLOW_MS));
      else await sleep(200);
    }
    await herd.spare();
    for (const { shopId } of subjects) await world.platform.putShop('tmall', shopId, { latency_ms: 0 });
    await until(() => isSettled(world, subjects), { timeoutMs: 300_000, everyMs: 500, what: 'all ends' }).catch(
      // What did not end is told below.
      () => undefined,
    );
    const verdicts = await judgeSyncs(world, subjects, pages);
    const sum = (of: (each: SyncVerdict) => number) => verdicts.reduce((total, each) => total + of(each), 0);
    console.log(
      [
        `${subjects.length} syncs of ${RECORDS} records, ${herd.kills()} kills of ${PROCESSES} orchestrators, ${sum((each) => each.takeovers)} takeovers`,
        `lost ${sum(({ lost }) => lost.length)}, twice ${sum(({ twice }) => twice.length)}`,
        `pages written again ${sum(({ repeated }) => repeated)}`,
        `${Math.round((Date.now() - began) / 1_000)} s`,
      ].join('\n'),
    );
    expect(verdicts.filter(isWrong)).toEqual([]);
    for (const { repeated, takeovers } of verdicts) expect(repeated).toBeLessThanOrEqual(takeovers);
  },
  2 * HOUR_MS,
);
