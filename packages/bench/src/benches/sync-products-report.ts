import { sumOf } from '../cpu.ts';
import { figure, type Figure, type FigureGroup, type Goal } from '../figure.ts';
import { healthOf } from '../health.ts';
import type { Lab } from '../lab.ts';
import type { Sample, Worker } from './sync-sample.ts';

type Samples = Record<
  'bareNew' | 'productNew' | 'bareUnchanged' | 'productUnchanged' | 'naiveNew' | 'naiveUnchanged',
  Sample[]
>;

const ALL: Worker[] = ['orchestrator', 'registry', 'mongod', 'kafka'];

const perRow = ({ cpu, rows }: Sample, ...names: (Worker | 'bench')[]): number | null => {
  const used = sumOf(names.map((name) => cpu[name]));
  return used === null ? null : used / rows;
};

const rate = ({ rows, seconds }: Sample): number => rows / seconds;

/** Round by round, so that both sides saw the same machine. */
const ratios = (above: (number | null)[], below: (number | null)[]): (number | null)[] =>
  above.map((value, n) => {
    const divisor = below[n] ?? null;
    return value === null || divisor === null ? null : value / divisor;
  });

export function report(
  lab: Lab,
  samples: Samples,
  delays: Parameters<typeof healthOf>[1],
  storedBytes: number,
): FigureGroup[] {
  const cost = (name: keyof Samples, ...of: (Worker | 'bench')[]) =>
    samples[name].map((sample) => perRow(sample, ...of));
  const rates = (name: keyof Samples) => samples[name].map(rate);
  const us = (name: string, rounds: (number | null)[], goal?: Goal): Figure => figure(name, 'µs/row', rounds, goal);

  const bare = (name: keyof Samples, title: string): FigureGroup => ({
    title,
    figures: [
      us('own process', cost(name, 'bench')),
      us('mongod', cost(name, 'mongod')),
      figure('rate', 'rows/s', rates(name)),
    ],
  });
  const naive = (name: keyof Samples, title: string): FigureGroup => {
    const group = bare(name, title);
    return {
      ...group,
      figures: [...group.figures, us('kafka', cost(name, 'kafka')), us('all', cost(name, 'bench', 'mongod', 'kafka'))],
    };
  };
  const product = (name: keyof Samples): Figure[] => [
    us('connector-registry', cost(name, 'registry')),
    us('mongod', cost(name, 'mongod')),
    us('kafka', cost(name, 'kafka')),
    us('beside it: gateway', cost(name, 'gateway')),
    us('beside it: webhook-dispatcher', cost(name, 'dispatcher')),
    us('not counted: sandbox', cost(name, 'sandbox')),
  ];
  const asNaive = (product: keyof Samples, naive: keyof Samples) =>
    ratios(cost(naive, 'bench', 'mongod', 'kafka'), cost(product, ...ALL));

  return [
    bare('bareNew', 'Bare loop, all new'),
    {
      title: 'Product, all new (P6, P9)',
      figures: [
        us('sync-orchestrator', cost('productNew', 'orchestrator'), { atMost: 60 }),
        ...product('productNew'),
        us('all', cost('productNew', ...ALL), { atMost: 130 }),
        figure('rate', 'rows/s', rates('productNew'), { atLeast: 10_000 }),
        figure('rate, to the bare loop', '×', ratios(rates('productNew'), rates('bareNew')), { atLeast: 0.4 }),
        figure('CPU, to the bare loop', '×', ratios(cost('productNew', ...ALL), cost('bareNew', 'bench', 'mongod'))),
        figure('rows per CPU second, to the naive way', '×', asNaive('productNew', 'naiveNew'), { atLeast: 9 }),
        figure('a stored row', 'bytes', [storedBytes]),
      ],
    },
    bare('bareUnchanged', 'Bare loop, 90 % unchanged'),
    {
      title: 'Product, 90 % unchanged (P7, P9)',
      figures: [
        us('sync-orchestrator', cost('productUnchanged', 'orchestrator')),
        ...product('productUnchanged'),
        us('all', cost('productUnchanged', ...ALL), { atMost: 60 }),
        figure('rate', 'rows/s', rates('productUnchanged'), { atLeast: 20_000 }),
        figure('rate, to the bare loop', '×', ratios(rates('productUnchanged'), rates('bareUnchanged'))),
        figure(
          'rows written',
          '%',
          samples.productUnchanged.map(({ rows, written }) => (100 * written!) / rows),
          { atMost: 10.5 },
        ),
        figure('rows per CPU second, to the naive way', '×', asNaive('productUnchanged', 'naiveUnchanged'), {
          atLeast: 13,
        }),
      ],
    },
    naive('naiveNew', 'Naive way, all new'),
    naive('naiveUnchanged', 'Naive way, 90 % unchanged'),
    ...healthOf(lab, delays),
  ];
}
