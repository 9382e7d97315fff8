import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { countOf } from '../src/index.ts';
import { run } from '../src/races/race.ts';
import { RACES } from '../src/races/races.ts';
import { startRacingWorld, type RacingWorld } from '../src/races/racing-world.ts';

const ROUNDS = countOf('rounds', 100);
const CALLERS = countOf('callers', 100);
const HOUR_MS = 3_600_000;

let world: RacingWorld;
beforeAll(async () => void (world = await startRacingWorld(2)), 180_000);
afterAll(async () => world?.[Symbol.asyncDispose](), 120_000);

test('the checker notices an effect more than there may be', async () => {
  const missed: string[] = [];
  for (const race of RACES) {
    const wrong = await run(world, race, { name: `planted in ${race.name}`, callers: CALLERS, plants: true });
    if (!wrong.some((each) => each.includes('effects'))) missed.push(race.name);
  }
  console.log(`${RACES.length} mistakes planted, ${missed.length} missed`);
  expect(missed).toEqual([]);
}, 300_000);

test.each(RACES.map((race) => ({ race, name: race.name })))(
  '$name: many at once, again and again, have exactly the effect they may',
  async ({ race }) => {
    const began = Date.now();
    const wrong: string[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const found = await run(world, race, { name: `${round} of ${race.name}`, callers: CALLERS });
      wrong.push(...found.map((each) => `round ${round}: ${each}`));
    }
    const seconds = Math.round((Date.now() - began) / 1_000);
    console.log(`${race.name}: ${ROUNDS} × ${CALLERS}, ${wrong.length} violations, ${seconds} s`);
    expect(wrong).toEqual([]);
  },
  HOUR_MS,
);
