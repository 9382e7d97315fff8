import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { isFullChaos } from '@crossdock/testing';
import { engine, type Engine } from '../engine.ts';
import { scriptedSource } from '../scripted-source.ts';
import { PLANTED } from './planted-bugs.ts';
import { play } from './play.ts';

/** A run is 40 random steps, about every third of them a worker, most of those dying or falling asleep. */
const SEEDS = isFullChaos ? 1_000 : 10;
const SEEDS_TO_CATCH = 60;
const HOURS_MS = 3_600_000;

const platform = scriptedSource();
let run: Engine;

beforeAll(async () => void (run = await engine(platform)));
afterAll(() => run.stop());

test(
  'whatever happens at once or dies on the way, in the end everything is stored, told once and counted',
  async () => {
    for (let seed = 1; seed <= SEEDS; seed++)
      expect({ seed, wrong: await play(run, platform, seed) }).toEqual({ seed, wrong: [] });
  },
  10 * HOURS_MS,
);

test.each(Object.keys(PLANTED))(
  'the checker notices that %s',
  async (name) => {
    for (let seed = 1; seed <= SEEDS_TO_CATCH; seed++) {
      const wrong = await play(run, platform, seed, PLANTED[name]).catch((err: unknown) => [String(err)]);
      // What a broken engine leaves behind is not for the next run.
      await run.tasks.model.deleteMany({});
      if (wrong.length > 0) return;
    }
    throw new Error('nobody noticed');
  },
  600_000,
);
