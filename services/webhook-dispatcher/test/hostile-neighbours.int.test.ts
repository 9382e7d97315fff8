import { readFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { countOf, isFullChaos, until } from '@crossdock/testing';
import { dispatcherProcesses, type DispatcherProcesses } from './chaos/processes.ts';
import { neighbours } from './hostile/neighbours.ts';
import { stage, type Stage } from './stage.ts';

/** Half of them beside good neighbours, half beside hostile ones, who are told twice as much as those that are watched. */
const DELIVERIES = isFullChaos ? countOf('deliveries', 10_000) : 240;
const PER_SECOND = isFullChaos ? countOf('rate', 50) : 100;
const WARM_UP = isFullChaos ? 1_000 : 20;
const DRAIN = { timeoutMs: 120_000, everyMs: 100 };
const GROWTH_MIB = 32;

let theatre: Stage;
let town: Awaited<ReturnType<typeof neighbours>>;
let herd: DispatcherProcesses;
beforeEach(async () => {
  theatre = await stage();
  town = await neighbours(theatre);
  herd = dispatcherProcesses(theatre.environment('127.0.0.0/8'), 1);
}, 120_000);
afterEach(async () => {
  await herd?.stop();
  await town?.stop();
  await theatre?.close();
}, 60_000);

const rows = () => theatre.db.collection<{ _id: string }>('deliveries');

async function arrived(ids: string[]): Promise<void> {
  const isThere = async () =>
    (await rows().countDocuments({ _id: { $in: ids }, status: 'delivered', holder: null } as object)) === ids.length;
  await until(isThere, { ...DRAIN, what: `${ids.length} healthy deliveries` });
}

const p = (percent: number, samples: number[]): number =>
  samples.toSorted((a, b) => a - b)[Math.ceil((percent / 100) * samples.length) - 1] ?? Number.NaN;

function residentMib(pid: number): number {
  const kib = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kib) / 1_024;
}

test(
  'neighbours that hang, drip, flood and reset cost the healthy no delivery',
  async () => {
    const watched = Math.floor(DELIVERIES / 6);
    const told: string[] = [];
    const tellHealthy = async (count: number) => void told.push(...(await town.tellHealthy(PER_SECOND, count)));
    await tellHealthy(WARM_UP);
    await arrived(told);

    const memory = { good: [] as number[], hostile: [] as number[] };
    let beside: keyof typeof memory = 'good';
    const measuring = setInterval(() => memory[beside].push(residentMib(herd.pid())), 250);
    const began = performance.now();
    const both = async (tellOthers: typeof town.tellGood) => {
      const [others] = await Promise.all([tellOthers(2 * PER_SECOND, 2 * watched), tellHealthy(watched)]);
      await arrived(told);
      return others;
    };
    await arrived(await both(town.tellGood));
    const turned = performance.now();
    beside = 'hostile';
    const hostile = await both(town.tellHostile);
    clearInterval(measuring);
    const ended = performance.now();

    const stored = () => rows().countDocuments({ _id: { $in: hostile } });
    await until(async () => (await stored()) === hostile.length, { ...DRAIN, what: 'what the hostile are to get' });
    await herd.stop();
    expect(town.arrivals()).toHaveLength(told.length);
    const inHand = { _id: { $in: hostile }, status: 'pending', holder: { $ne: '' } } as object;
    expect(await rows().countDocuments(inHand)).toBe(0);
    const unsettled = await theatre.db
      .collection('attempts')
      .aggregate([
        { $lookup: { from: 'deliveries', localField: 'deliveryId', foreignField: '_id', as: 'of' } },
        { $match: { $expr: { $gt: ['$number', { $first: '$of.attemptCount' }] } } },
        { $count: 'count' },
      ])
      .toArray();
    expect(unsettled).toEqual([]);
    if (isFullChaos)
      report({
        alone: town.delays(began, turned),
        beside: town.delays(turned, ended),
        memory,
        hostile: hostile.length,
      });
  },
  isFullChaos ? 1_800_000 : 120_000,
);

interface Measured {
  alone: number[];
  beside: number[];
  memory: { good: number[]; hostile: number[] };
  hostile: number;
}

function report({ alone, beside, memory, hostile }: Measured): void {
  // The first third brings in what every kind costs once: connections, buffers, code.
  const third = Math.floor(memory.hostile.length / 3);
  const [warm, last] = [p(50, memory.hostile.slice(third, 2 * third)), p(50, memory.hostile.slice(2 * third))];
  const growth = last - warm;
  const of = (samples: number[]) => `p50 ${p(50, samples).toFixed(1)}, p99 ${p(99, samples).toFixed(1)} ms`;
  const ratio = p(99, beside) / p(99, alone);
  console.log(
    [
      `${beside.length} deliveries at ${PER_SECOND}/s beside ${hostile} to ${town.kinds} hostile kinds; lost 0`,
      `beside good neighbours ${of(alone)}, beside hostile ones ${of(beside)}: ${ratio.toFixed(2)} × (goal 2)`,
      `memory beside good neighbours ${p(50, memory.good).toFixed(0)} MiB, beside hostile ones ${warm.toFixed(0)} MiB ` +
        `when warm, at the end ${growth.toFixed(1)} MiB more (goal ${GROWTH_MIB}), at most ${Math.max(...memory.hostile).toFixed(0)} MiB`,
      `load ${loadavg()[0]!.toFixed(1)}`,
    ].join('\n'),
  );
  expect(growth).toBeLessThanOrEqual(GROWTH_MIB);
}
