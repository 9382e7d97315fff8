import { readFileSync } from 'node:fs';

/** The kernel counts in hundredths of a second for its readers, whatever its own tick. */
const TICK_US = 10_000;

/** CPU-microseconds, user and system, by name; null for a process that this machine cannot look at. */
export type CpuUse<Name extends string> = Record<Name | 'bench', number | null>;

/** Begins to measure; the function answers what each process (and this one, as `bench`) used since. */
export function measureCpu<Name extends string>(pids: Record<Name, number | null>): () => CpuUse<Name> {
  const before = readAll(pids);
  const own = process.cpuUsage();
  return () => {
    const { user, system } = process.cpuUsage(own);
    const after = readAll(pids);
    const used = Object.keys(pids).map((name) => [name, difference(before[name as Name], after[name as Name])]);
    return { ...Object.fromEntries(used), bench: user + system } as CpuUse<Name>;
  };
}

/** Null when a part is unknown: a sum without it would look too good. */
export const sumOf = (parts: (number | null)[]): number | null =>
  parts.reduce<number | null>((sum, part) => (sum === null || part === null ? null : sum + part), 0);

function readAll<Name extends string>(pids: Record<Name, number | null>): Record<Name, number | null> {
  const entries = Object.entries<number | null>(pids).map(([name, pid]) => [name, pid === null ? null : cpuOf(pid)]);
  return Object.fromEntries(entries) as Record<Name, number | null>;
}

const difference = (before: number | null, after: number | null): number | null =>
  before === null || after === null ? null : after - before;

/** Of all threads, the ended ones too; null without /proc or such a process. */
function cpuOf(pid: number): number | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // Behind the command, which may hold spaces: user and system time are the 12th and 13th.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) * TICK_US;
  } catch {
    return null;
  }
}
