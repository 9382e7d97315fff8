import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '@crossdock/stack';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { EACH_POINT, FIRST_POINTS, IN_HAND, OTHERWISE } from '../src/failpoints/cases.ts';
import { dieAtEach, type Outcome } from '../src/failpoints/die.ts';
import { startDoomedWorld, type DoomedWorld } from '../src/failpoints/doomed-world.ts';
import { MISTAKES } from '../src/failpoints/planted.ts';
import { stall, STALLS, type Stalled } from '../src/failpoints/stall.ts';
import { oneByOne, volleysOf } from '../src/failpoints/volleys.ts';
import { tableOf, tableOfStalls } from '../src/failpoints/table.ts';
import { countOf, isFullChaos } from '../src/index.ts';

/** Of each case this many subjects are cut off, this many by one death. */
const EACH = countOf('deaths', 50);
const AT_ONCE = countOf('together', 8);
/** What is cut off before its time is tried again. */
const MAX_ROUNDS = 3 * Math.ceil(EACH / AT_ONCE) + 3;
const HOLDERS = isFullChaos ? countOf('holders', 100) : 3;
const SHOPS = isFullChaos ? Math.min(15, HOLDERS) : 3;
/** So many are worked on at once that nobody waits for a slot. */
const MANY_SLOTS = 32;
/** Twice what is promised when other tests run beside this one. */
const LONGEST_S = isFullChaos ? 30 : 60;
const HOURS_MS = 3_600_000;

let world: DoomedWorld;
beforeAll(async () => void (world = await startDoomedWorld(isFullChaos ? { slots: MANY_SLOTS } : {})), 120_000);
afterAll(async () => world?.[Symbol.asyncDispose](), 120_000);

/** In a world of its own each round: what was told in one is not read in the next. */
async function dieAtAll(): Promise<Outcome[]> {
  const cases = [...EACH_POINT, ...OTHERWISE];
  const missing = new Map(cases.map((each) => [each, EACH]));
  const outcomes: Outcome[] = [];
  for (let round = 0; round < MAX_ROUNDS && [...missing.values()].some((count) => count > 0); round++) {
    await using doomed = await startDoomedWorld({ slots: MANY_SLOTS });
    const volleys = volleysOf(missing, AT_ONCE);
    const began = Date.now();
    const ended = await dieAtEach(doomed, volleys, { round, patienceMs: 120_000 });
    for (const { case: each, stood } of ended) if (stood) missing.set(each, missing.get(each)! - 1);
    outcomes.push(...ended);
    const left = [...missing.values()].reduce((sum, count) => sum + Math.max(count, 0), 0);
    console.log(
      `${volleys.length} deaths, ${ended.length} shops, ${Math.round((Date.now() - began) / 1_000)} s; ${left} to go`,
    );
  }
  return outcomes;
}

test('the checker notices what services with mistakes leave behind', async () => {
  const outcomes = await dieAtEach(world, oneByOne(MISTAKES), { patienceMs: 20_000 });
  const unnoticed = outcomes.filter(({ lost, twice }) => lost.length + twice.length === 0);
  expect(unnoticed.map(({ case: { point } }) => point)).toEqual([]);
}, 180_000);

test(
  'a registry or orchestrator killed at any failpoint loses nothing, and nothing takes effect twice',
  async () => {
    const outcomes = isFullChaos ? await dieAtAll() : await dieAtEach(world, oneByOne(FIRST_POINTS));
    console.log(tableOf(outcomes));
    expect(outcomes.filter(({ lost, twice }) => lost.length + twice.length > 0)).toEqual([]);
    // The deaths that follow keep the others waiting for Kafka, and of what has ended nothing may be left to write.
    const workers = outcomes.filter(({ case: { point } }) => IN_HAND.has(point));
    for (const { seconds } of workers) expect(seconds ?? 0).toBeLessThan(LONGEST_S);
    const stood = Map.groupBy(
      outcomes.filter((each) => each.stood),
      (each) => each.case,
    );
    const cases = isFullChaos ? [...EACH_POINT, ...OTHERWISE] : FIRST_POINTS;
    const enough = isFullChaos ? EACH : 1;
    expect(cases.filter((each) => (stood.get(each)?.length ?? 0) < enough)).toEqual([]);
  },
  10 * HOURS_MS,
);

test(
  'an orchestrator that stood still past its lease overwrites nothing newer, checkpoints nothing and ends nothing (one that nothing filters does)',
  async () => {
    const stalls: Stalled[] = [];
    for (let round = 0; stalls.length < HOLDERS; round++) {
      const { unfiltered, stalled } = await stall(world, { point: STALLS[round % STALLS.length]!, shops: SHOPS });
      expect(unfiltered.overwritten + unfiltered.checkpointsAndEndings).toBeGreaterThan(0);
      stalls.push(...stalled);
    }
    console.log(tableOfStalls(stalls));
    for (const each of stalls)
      expect(each).toMatchObject({ overwritten: 0, checkpointsAndEndings: 0, lost: [], twice: [] });
    for (const { takeoverSeconds } of stalls) expect(takeoverSeconds).toBeLessThan(LONGEST_S);
  },
  HOURS_MS,
);

test('no service and no package but the one of these tests can arm a failpoint', () => {
  const sources = globSync(['services/*/src/**/*.ts', 'packages/*/src/**/*.ts'], { cwd: ROOT });
  const arming = sources.filter((path) => readFileSync(join(ROOT, path), 'utf8').includes('armFailpoints'));
  expect(arming.toSorted()).toEqual(['packages/kernel/src/failpoint.ts', 'packages/testing/src/failpoints/main.ts']);
});
