import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { countOf, isFullChaos } from '@crossdock/testing';
import { EACH_POINT, FIRST_POINTS, OTHERWISE } from './failpoints/cases.ts';
import { dieAtEach, type Outcome, tableOf } from './failpoints/die.ts';
import { type Doomed, doomedDispatcher } from './failpoints/doomed.ts';
import { MISTAKES } from './failpoints/planted.ts';
import { type Stalled, stall, STALLS, tableOfStalls } from './failpoints/stall.ts';

const DEATHS = isFullChaos ? countOf('deaths', 50) : 1;
const CASES = isFullChaos ? [...EACH_POINT, ...OTHERWISE] : FIRST_POINTS;
const STALLS_TRIED = isFullChaos ? countOf('stalls', 100) : 1;
const ENDPOINTS = 3;
const HOURS_MS = 3_600_000;
/** What could heal has had the time to. */
const MISTAKE_MS = isFullChaos ? 30_000 : 6_000;

let world: Doomed;
beforeAll(async () => void (world = await doomedDispatcher()), 120_000);
afterAll(async () => world?.[Symbol.asyncDispose](), 120_000);

test('the checker notices what a dispatcher with mistakes leaves behind', async () => {
  await using spoilt = await doomedDispatcher();
  const mistakes = isFullChaos ? MISTAKES : MISTAKES.slice(0, 2);
  const outcomes = await dieAtEach(spoilt, mistakes, { patienceMs: MISTAKE_MS });
  const unnoticed = mistakes.filter((_, n) => outcomes[n]!.lost.length + outcomes[n]!.twice.length === 0);
  expect(unnoticed.map(({ mistake }) => mistake)).toEqual([]);
}, 300_000);

test(
  'a dispatcher killed at any failpoint loses nothing, and nothing takes effect twice',
  async () => {
    const outcomes: Outcome[] = [];
    for (let round = 0; round < DEATHS; round++) outcomes.push(...(await dieAtEach(world, CASES, { round })));
    console.log(tableOf(outcomes));
    expect(outcomes.filter(({ lost, twice }) => lost.length + twice.length > 0)).toEqual([]);
  },
  10 * HOURS_MS,
);

test(
  'a dispatcher that stood still past its lease overwrites nothing (one that nothing filters does)',
  async () => {
    const stalls: Stalled[] = [];
    for (let n = 0; n < STALLS_TRIED; n++) {
      const { unfiltered, stalled } = await stall(world, STALLS[n % STALLS.length]!, ENDPOINTS);
      if (n === 0) expect(unfiltered?.overwritten ?? []).not.toEqual([]);
      stalls.push(...stalled);
    }
    console.log(tableOfStalls(stalls));
    for (const each of stalls) expect(each).toMatchObject({ overwritten: [], lost: [], twice: [] });
  },
  10 * HOURS_MS,
);
