import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '@crossdock/stack';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { EACH_POINT, FIRST_POINTS, OTHERWISE } from '../src/failpoints/cases.ts';
import { dieAtEach, type Outcome } from '../src/failpoints/die.ts';
import { startDoomedWorld, type DoomedWorld } from '../src/failpoints/doomed-world.ts';
import { MISTAKES } from '../src/failpoints/planted.ts';
import { stall, STALLS, type Stalled } from '../src/failpoints/stall.ts';
import { tableOf, tableOfStalls } from '../src/failpoints/table.ts';
import { isFullChaos } from '../src/index.ts';

const ROUNDS = isFullChaos ? 50 : 1;
const CASES = isFullChaos ? [...EACH_POINT, ...OTHERWISE] : FIRST_POINTS;
const STALL_ROUNDS = isFullChaos ? 20 : 1;
const SHOPS = isFullChaos ? 5 : 3;
/** Twice what is promised: other tests run beside this one. */
const LONGEST_S = 60;
const HOURS_MS = 3_600_000;

let world: DoomedWorld;
beforeAll(async () => void (world = await startDoomedWorld()), 120_000);
afterAll(async () => world?.[Symbol.asyncDispose](), 120_000);

test(
  'a registry or orchestrator killed at any failpoint loses nothing, and nothing takes effect twice',
  async () => {
    const outcomes: Outcome[] = [];
    for (let round = 0; round < ROUNDS; round++) outcomes.push(...(await dieAtEach(world, CASES, { round })));
    console.log(tableOf(outcomes));
    expect(outcomes.filter(({ lost, twice }) => lost.length + twice.length > 0)).toEqual([]);
    // The deaths that follow keep the others waiting for Kafka.
    const workers = outcomes.filter(({ case: { point } }) => point.startsWith('sync.'));
    for (const { seconds } of workers) expect(seconds ?? 0).toBeLessThan(LONGEST_S);
  },
  10 * HOURS_MS,
);

test(
  'an orchestrator that stood still past its lease overwrites nothing newer, checkpoints nothing and ends nothing (one that nothing filters does)',
  async () => {
    const stalls: Stalled[] = [];
    for (let round = 0; round < STALL_ROUNDS; round++) {
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

test('the checker notices what services with mistakes leave behind', async () => {
  const outcomes = await dieAtEach(world, MISTAKES, { patienceMs: 20_000 });
  const unnoticed = outcomes.filter(({ lost, twice }) => lost.length + twice.length === 0);
  expect(unnoticed.map(({ case: { point } }) => point)).toEqual([]);
}, 180_000);

test('no service and no package but the one of these tests can arm a failpoint', () => {
  const sources = globSync(['services/*/src/**/*.ts', 'packages/*/src/**/*.ts'], { cwd: ROOT });
  const arming = sources.filter((path) => readFileSync(join(ROOT, path), 'utf8').includes('armFailpoints'));
  expect(arming.toSorted()).toEqual(['packages/kernel/src/failpoint.ts', 'packages/testing/src/failpoints/main.ts']);
});
