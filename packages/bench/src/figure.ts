/** What a figure has to reach. */
export type Goal = { atMost: number } | { atLeast: number };

/** One line of the table: a value with its spread over the rounds. */
export interface Figure {
  name: string;
  unit: string;
  /** Null where it could not be measured here. */
  value: number | null;
  /** Of each round. */
  rounds: number[];
  goal: Goal | null;
}

export interface FigureGroup {
  title: string;
  figures: Figure[];
}

/** The median of the rounds; a round without a value leaves the figure without one. */
export function figure(name: string, unit: string, rounds: (number | null)[], goal: Goal | null = null): Figure {
  const known = rounds.filter((value) => value !== null);
  return { name, unit, value: known.length < rounds.length ? null : percentile(known, 50), rounds: known, goal };
}

/** A percentile of all samples of all rounds, with the spread of the rounds' own. */
export function pooled(name: string, unit: string, p: number, rounds: number[][], goal: Goal | null = null): Figure {
  return { name, unit, value: percentile(rounds.flat(), p), rounds: rounds.map((each) => percentile(each, p)), goal };
}

/** By nearest rank, between two samples their mean for the median. */
export function percentile(samples: number[], p: number): number {
  if (samples.length === 0) throw new RangeError('a percentile of no samples');
  const sorted = samples.toSorted((a, b) => a - b);
  if (p === 50) return (sorted[(sorted.length - 1) >> 1]! + sorted[sorted.length >> 1]!) / 2;
  return sorted[Math.max(0, Math.ceil((p / 100) * sorted.length) - 1)]!;
}

export function isMet({ value, goal }: Figure): boolean | null {
  if (goal === null || value === null) return null;
  return 'atMost' in goal ? value <= goal.atMost : value >= goal.atLeast;
}
