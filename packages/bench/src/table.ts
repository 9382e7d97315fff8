import { isMet, type Figure, type FigureGroup, type Goal } from './figure.ts';

/** Lines of one table: name, value, spread over the rounds, goal, and whether it is met. */
export function table(groups: FigureGroup[]): string[] {
  const rows = groups.flatMap(({ title, figures }) => [[title], ...figures.map(cells)]);
  const widths = [0, 1, 2, 3].map((column) =>
    Math.max(...rows.filter((row) => row.length > 1).map((row) => row[column]!.length)),
  );
  const header = ['', 'value', 'min–max', 'goal', ''];
  return [header, ...rows].map((row) => {
    if (row.length === 1) return `\n${row[0]}`;
    return row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column] ?? 0)))
      .join('  ')
      .trimEnd();
  });
}

function cells(figure: Figure): string[] {
  const { name, unit, value, rounds, goal } = figure;
  const met = isMet(figure);
  return [
    `  ${name}`,
    value === null ? 'n/a' : `${digits(value)} ${unit}`,
    rounds.length < 2 ? '' : `${digits(Math.min(...rounds))}–${digits(Math.max(...rounds))}`,
    goal === null ? '' : goalText(goal),
    met === null ? '' : met ? 'met' : 'MISSED',
  ];
}

const goalText = (goal: Goal): string => ('atMost' in goal ? `≤ ${digits(goal.atMost)}` : `≥ ${digits(goal.atLeast)}`);

/** Three digits that count. */
function digits(value: number): string {
  const magnitude = Math.abs(value);
  const decimals = magnitude >= 100 || Number.isInteger(value) ? 0 : magnitude >= 10 ? 1 : 2;
  return value.toLocaleString('en-US', { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
}
