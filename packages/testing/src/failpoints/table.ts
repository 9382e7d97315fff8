import type { Outcome } from './die.ts';
import type { Stalled } from './stall.ts';

/** A line per failpoint and scenario: who stood there at a death, what was lost or took effect twice, and the longest wait for a successor's first write. */
export function tableOf(outcomes: Outcome[]): string {
  const groups = Map.groupBy(outcomes, ({ case: { point, scenario } }) => `${point} · ${scenario}`);
  const lines = [...groups].map(([name, group]) => {
    const waits = group.flatMap(({ seconds }) => (seconds === null ? [] : [seconds]));
    const longest = waits.length === 0 ? '–' : Math.max(...waits).toFixed(1);
    const sum = (of: (outcome: Outcome) => unknown[]) => group.reduce((total, each) => total + of(each).length, 0);
    const stood = group.filter((each) => each.stood).length;
    const columns = [stood, sum(({ lost }) => lost), sum(({ twice }) => twice), longest];
    return name.padEnd(72) + columns.map((column) => String(column).padStart(8)).join('');
  });
  const head =
    'failpoint · scenario'.padEnd(72) + ['cut off', 'lost', 'twice', 's'].map((each) => each.padStart(8)).join('');
  return [head, ...lines].join('\n');
}

/** What holders did that had stood still past their lease. */
export function tableOfStalls(stalls: Stalled[]): string {
  const sum = (of: (each: Stalled) => number) => stalls.reduce((total, each) => total + of(each), 0);
  const longest = Math.max(0, ...stalls.map(({ takeoverSeconds }) => takeoverSeconds ?? 0));
  return [
    `holders that stood still past their lease ${stalls.length}`,
    `newer values overwritten ${sum(({ overwritten }) => overwritten)}`,
    `checkpoints and endings by them ${sum((each) => each.checkpointsAndEndings)}`,
    `lost ${sum(({ lost }) => lost.length)}, twice ${sum(({ twice }) => twice.length)}`,
    `taken over after ${longest.toFixed(1)} s at most`,
  ].join('\n');
}
