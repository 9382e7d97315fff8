import { setTimeout as sleep } from 'node:timers/promises';
import { SERVICE_NAMES } from '@crossdock/stack';
import { measureCpu } from '../cpu.ts';
import type { Bench } from '../bench.ts';
import { costOf, type CostSample } from '../cost.ts';
import { figure, type FigureGroup } from '../figure.ts';
import { healthOf, readDelays } from '../health.ts';
import type { Lab } from '../lab.ts';
import { interleave } from '../rounds.ts';
import { atConstantRate } from '../arrivals.ts';
import { bareRelay, productRelay, type RelaySubject } from './outbox-subjects.ts';

const ROWS = 5_000;
const PER_SECOND = 200;
const PACED = 400;
const IDLE_WINDOWS = 3;
const IDLE_MS = 6_000;

/** P10: from commit to the broker's acknowledgement, beside find, send and pull; and what the six services use idle. */
export const outbox: Bench = {
  about: `outbox relay, commit → broker's ack: ${ROWS} waiting, then ${PER_SECOND}/s nudged; CPU when idle (P10)`,
  env: {},
  async run(lab, { rounds, log }) {
    const [bare, product] = [await bareRelay(lab), await productRelay(lab)];
    const samples = await interleave(
      { bare: () => measured(lab, bare), product: () => measured(lab, product) },
      rounds,
      log,
    );
    await Promise.all([bare.close(), product.close()]);
    log('idle');
    await readDelays(lab);
    const idle = await idleUse(lab);
    return [
      costOf({ title: 'Bare loop', unit: 'event', own: ['bench'], samples: samples.bare }),
      costOf({
        title: 'Relay (P10)',
        unit: 'event',
        own: ['bench'],
        samples: samples.product,
        beside: { own: ['bench'], samples: samples.bare },
        goals: { allRatio: { atMost: 1.5 }, perSecond: { atLeast: 10_000 }, p50: { atMost: 4 }, p99: { atMost: 25 } },
      }),
      idle,
      ...healthOf(lab, [await readDelays(lab)]),
    ];
  },
};

/** The rows are there before: what is measured begins with the nudge, and ends with the pull. */
async function measured({ storePids }: Lab, relay: RelaySubject): Promise<CostSample> {
  const ids = await relay.write(ROWS);
  const used = measureCpu(storePids);
  const begun = performance.now();
  await relay.tell(ids);
  const seconds = (performance.now() - begun) / 1_000;
  await relay.pulled();
  const cpu = used();
  const latencies: number[] = [];
  await atConstantRate(PER_SECOND, PACED, async () => {
    const written = await relay.write(1);
    const committed = performance.now();
    await relay.tell(written);
    latencies.push(performance.now() - committed);
    return performance.now();
  });
  await relay.pulled();
  await relay.clear();
  return { units: ROWS, seconds, cpu, latencies };
}

/** With nothing to do, in percent of one core. */
async function idleUse({ services }: Lab): Promise<FigureGroup> {
  const states = services();
  const names = SERVICE_NAMES.filter((name) => name !== 'sandbox');
  const pids = Object.fromEntries(names.map((name) => [name, states[name].pid]));
  const windows: Record<string, number | null>[] = [];
  for (let window = 0; window < IDLE_WINDOWS; window += 1) {
    const used = measureCpu(pids);
    await sleep(IDLE_MS);
    windows.push(used());
  }
  const percent = (name: string) =>
    windows.map((cpu) => {
      const used = cpu[name] ?? null;
      return used === null ? null : used / IDLE_MS / 10;
    });
  return {
    title: `Idle, ${IDLE_WINDOWS} × ${IDLE_MS / 1_000} s`,
    figures: names.map((name) => figure(name, '% of a core', percent(name), { atMost: 1 })),
  };
}
