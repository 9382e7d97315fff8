import type { Kind } from './kind.ts';

/** Incremental windows reach back this far behind the cursor: late and same-second rows are met again. */
export const OVERLAP_MS = 120_000;

/** Rows of the platform modified in [from, to]; `from` null means from the beginning. */
export interface Window {
  from: Date | null;
  to: Date;
}

/**
 * The walked list ends a little before the task's start, so that nothing can enter it while it is read.
 * Full walks everything the platform tells of, incremental from the stream's cursor (everything without one), `since` from its own time.
 */
export function windowOf(
  kind: Kind,
  { start, cursor, since, lagMs }: { start: Date; cursor: Date | null; since: Date | null; lagMs: number },
): Window {
  const to = new Date(start.getTime() - lagMs);
  if (kind === 'incremental') return { from: cursor === null ? null : new Date(cursor.getTime() - OVERLAP_MS), to };
  return { from: since, to };
}
