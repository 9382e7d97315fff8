import { sumOf } from './cpu.ts';
import { figure, pooled, type Figure, type FigureGroup, type Goal } from './figure.ts';

/** What one round of a subject came to. */
export interface CostSample {
  units: number;
  seconds: number;
  /** CPU-microseconds by process: mongod, kafka, and those of its own. */
  cpu: Record<string, number | null>;
  /** In ms, at a constant rate of arrivals; empty where it is not asked for. */
  latencies: number[];
}

export interface CostGoals {
  oursRatio?: Goal;
  allRatio?: Goal;
  all?: Goal;
  perSecond?: Goal;
  p50?: Goal;
  p99?: Goal;
}

interface Subject {
  title: string;
  /** What one unit is called. */
  unit: string;
  /** The Node processes that do the work. */
  own: string[];
  samples: CostSample[];
  /** The bare loop's, round by round. */
  beside?: { own: string[]; samples: CostSample[] };
  goals?: CostGoals;
}

/** CPU of each process per unit of work, the ratio to the bare loop's, rate, latencies. */
export function costOf({ title, unit, own, samples, beside, goals = {} }: Subject): FigureGroup {
  const per = (names: string[]) => (sample: CostSample) => {
    const total = sumOf(names.map((name) => sample.cpu[name] ?? null));
    return total === null ? null : total / sample.units;
  };
  const ratio = (name: string, stores: string[], goal: Goal | undefined): Figure[] => {
    if (beside === undefined) return [];
    const bare = beside.samples.map(per([...beside.own, ...stores]));
    const rounds = samples.map(per([...own, ...stores])).map((cost, round) => divided(cost, bare[round] ?? null));
    return [figure(`${name}, against the bare loop`, '×', rounds, goal ?? null)];
  };
  const cost = (name: string, names: string[], goal: Goal | null = null) =>
    figure(name, `µs/${unit}`, samples.map(per(names)), goal);
  const stores = ['mongod', 'kafka'];
  const latencies = samples.map((sample) => sample.latencies);
  return {
    title,
    figures: [
      ...(own.length > 1 ? own.map((name) => cost(name, [name])) : []),
      cost('ours', own),
      ...stores.map((name) => cost(name, [name])),
      cost('all', [...own, ...stores], goals.all),
      ...ratio('ours', [], goals.oursRatio),
      ...ratio('all', stores, goals.allRatio),
      figure(
        'rate',
        `${unit}s/s`,
        samples.map(({ units, seconds }) => units / seconds),
        goals.perSecond ?? null,
      ),
      ...(latencies.flat().length > 0
        ? [pooled('p50', 'ms', 50, latencies, goals.p50 ?? null), pooled('p99', 'ms', 99, latencies, goals.p99 ?? null)]
        : []),
    ],
  };
}

const divided = (cost: number | null, bare: number | null): number | null =>
  cost === null || bare === null || bare === 0 ? null : cost / bare;
