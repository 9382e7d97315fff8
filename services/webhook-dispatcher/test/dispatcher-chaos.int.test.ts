import { afterAll, afterEach, beforeEach, expect, test } from '@jest/globals';
import { sleep } from '@crossdock/kernel';
import { countOf, isFullChaos, until } from '@crossdock/testing';
import { audience } from './chaos/audience.ts';
import { BUGS } from './chaos/bugs.ts';
import { type Fault, partners, type Partners, someFaults } from './chaos/partners.ts';
import { withBug } from './chaos/planted.ts';
import { dispatcherProcesses, type DispatcherProcesses } from './chaos/processes.ts';
import { storeProcesses } from './chaos/store-processes.ts';
import { verdictOf } from './chaos/verdict.ts';
import { stage, type Stage } from './stage.ts';

const CLEAN = { lost: 0, repeated: 0, stranded: 0, changed: 0, unsigned: 0, misnumbered: 0, unasked: 0 };
const CONNECTORS = 10;
/** What a process that dies can have had in hand: fifty of each endpoint. */
const IN_HAND = 2 * CONNECTORS * 50;

const EVENTS = isFullChaos ? 20_000 : 2_000;
const SLICE = 100;
const SLICE_MS = 600;
const DRAIN_MS = isFullChaos ? 180_000 : 75_000;
const STORE_EVERY_MS = 30_000;

let theatre: Stage;
let town: Partners;
let herd: DispatcherProcesses | undefined;
let faultOf: () => Fault;
const storesOfRun = isFullChaos ? storeProcesses() : null;

beforeEach(async () => {
  theatre = await stage();
  faultOf = () => ({});
  town = await partners(() => faultOf());
});
afterEach(async () => {
  await herd?.stop();
  herd = undefined;
  await town.stop();
  await theatre.close();
}, 60_000);
afterAll(async () => storesOfRun?.stop(), 60_000);

const rows = () => theatre.db.collection('deliveries');
const drained = async (count: number) =>
  (await rows().countDocuments()) >= count && (await rows().countDocuments({ status: 'pending' })) === 0;

test('the checker finds nothing in an honest dispatcher, and each planted mistake in what it spoils', async () => {
  const cast = await audience(theatre, town, 2);
  expect(await withBug(theatre, cast, () => ({}))).toEqual(CLEAN);
  const verdicts = await Promise.all(BUGS.map(({ bug }) => withBug(theatre, cast, bug)));
  const missed = BUGS.filter(({ shows }, n) => verdicts[n]![shows] === 0).map(({ mistake }) => mistake);
  console.log(`${BUGS.length} mistakes planted, ${missed.length} missed`);
  expect(missed).toEqual([]);
});

test(
  'three dispatchers killed again and again: nothing lost, nothing stranded, what comes twice is the same',
  async () => {
    const cast = await audience(theatre, town, CONNECTORS);
    faultOf = someFaults;
    herd = dispatcherProcesses(theatre.environment('127.0.0.0/8'), 3);
    const faults = new AbortController();
    const killing = killNowAndThen(herd, faults.signal);
    const breaking = breakStores(faults.signal);
    const events = cast.events(EVENTS);
    for (let at = 0; at < EVENTS; at += SLICE) {
      const slice = events.slice(at, at + SLICE);
      // Told again when the broker died over it: the same events.
      await until(() => theatre.bus.publish(slice).then(() => true), { timeoutMs: 90_000, what: 'the broker' });
      await sleep(SLICE_MS);
    }
    faults.abort();
    await killing;
    const restarts = await breaking;
    const dues = cast.dues(events);
    const began = performance.now();
    // What is still missing then is told as lost or stranded.
    await until(() => drained(dues.length), { timeoutMs: DRAIN_MS, everyMs: 200 }).catch(() => undefined);
    const seconds = (performance.now() - began) / 1_000;
    const kills = herd.kills();
    await herd.stop();
    const verdict = await verdictOf(theatre.db, dues, town.arrivals);
    const { lost, repeated, stranded } = verdict;
    console.log(
      `${EVENTS} events, ${dues.length} deliveries, ${town.arrivals.length} calls; ${kills} kills, store restarts: ${restarts}; ` +
        `lost ${lost}, repeated ${repeated}, stranded ${stranded}; drained ${seconds.toFixed(1)} s after the last fault`,
    );
    expect(kills).toBeGreaterThan(0);
    expect(verdict).toEqual({ ...CLEAN, repeated });
  },
  isFullChaos ? 900_000 : 150_000,
);

async function killNowAndThen(victims: DispatcherProcesses, ended: AbortSignal): Promise<void> {
  for (;;) {
    await sleep(2_000 + Math.random() * 3_000, ended);
    if (ended.aborted) return;
    await victims.killOne();
  }
}

/** Kafka and MongoDB in turn; answers what was done, or why not. */
async function breakStores(ended: AbortSignal): Promise<string> {
  if (storesOfRun === null) return isFullChaos ? 'skipped, the stores are not ours' : 'only in the full form';
  const made = { kafka: 0, mongodb: 0 };
  for (let n = 0; ; n += 1) {
    await sleep(STORE_EVERY_MS, ended);
    if (ended.aborted) return `Kafka ${made.kafka}, MongoDB ${made.mongodb}`;
    const name = n % 2 === 0 ? 'kafka' : 'mongodb';
    await storesOfRun.restart(name);
    made[name] += 1;
  }
}

const ROUNDS = isFullChaos ? countOf('kills', 30) : 1;
const BURST = isFullChaos ? 5_000 : 500;

test(
  'a dispatcher killed in the middle of its work and started again delivers the rest, and little twice',
  async () => {
    const cast = await audience(theatre, town, CONNECTORS);
    herd = dispatcherProcesses(theatre.environment('127.0.0.0/8'), 1);
    const twice: number[] = [];
    const seconds: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      town.arrivals.length = 0;
      await rows().deleteMany({});
      await theatre.db.collection('attempts').deleteMany({});
      // Three of five deliveries are for the second endpoint of a connector.
      const events = cast.events(Math.ceil((BURST * 3) / 5));
      const dues = cast.dues(events);
      await theatre.bus.publish(events);
      await until(() => town.accepted() > dues.length / 3, { timeoutMs: 60_000, everyMs: 2, what: 'a third' });
      await herd.killOne();
      const killed = performance.now();
      await until(() => drained(dues.length), { timeoutMs: 60_000, what: 'the rest' });
      seconds.push((performance.now() - killed) / 1_000);
      const verdict = await verdictOf(theatre.db, dues, town.arrivals);
      twice.push(verdict.repeated);
      expect(verdict).toEqual({ ...CLEAN, repeated: verdict.repeated });
    }
    const most = (values: number[]) => Math.max(...values);
    console.log(`twice: ${twice.join(' ')}; seconds: ${seconds.map((each) => each.toFixed(1)).join(' ')}`);
    console.log(
      `${ROUNDS} × about ${BURST} deliveries with a kill: lost 0, twice at most ${most(twice)}, ` +
        `all delivered at most ${most(seconds).toFixed(1)} s after the kill`,
    );
    expect(most(twice)).toBeLessThanOrEqual(IN_HAND);
  },
  ROUNDS * 60_000 + 60_000,
);
