import { isPaused } from './paused.ts';

/** What the scheduler knows of a connector: its newest state that was told, and when it last ran by itself. */
export interface Schedule {
  connectorId: string;
  tenant: string;
  platform: string;
  /** Of the `connector.changed` it comes from. */
  version: number;
  /** Whether it syncs by itself at all. */
  runs: boolean;
  intervalMinutes: number;
  authorizedAt: Date | null;
  /** When its tasks were last started from here. */
  ranAt: Date | null;
  /** When to look at it next, never later than it is due; null while it does not run. */
  dueAt: Date | null;
}

/** Authorised, not paused, not deleted. */
export const syncsByItself = (state: { status: string; statusReason: string | null; deleted: boolean }): boolean =>
  !state.deleted && (state.status === 'connected' || state.status === 'running') && !isPaused(state.statusReason);

/**
 * From when its interval counts: the start of the last ended sync, before the first one the authorisation,
 * never before it last ran from here (those tasks may still wait, or were cancelled before they began). Null: not due.
 */
export function countsFrom(
  { runs, authorizedAt, ranAt }: Pick<Schedule, 'runs' | 'authorizedAt' | 'ranAt'>,
  lastStart: Date | null,
): Date | null {
  const since = lastStart ?? authorizedAt;
  if (!runs || since === null) return null;
  return ranAt !== null && ranAt > since ? ranAt : since;
}
