/** Syncs that failed one after the other. */
export interface Streak {
  failures: number;
  /** The last success, or, before one, when the connector was authorised or resumed. */
  since: Date;
}

const HOUR_MS = 3_600_000;
const PAUSE = { failures: 10, afterMs: 24 * HOUR_MS };
/** Half way to the pause. */
const WARNING = { failures: 5, afterMs: 12 * HOUR_MS };

export const newStreak = (now: Date): Streak => ({ failures: 0, since: now });

/** A cancelled sync says nothing. */
export function streakAfter(streak: Streak, outcome: 'completed' | 'failed' | 'cancelled', at: Date): Streak {
  if (outcome === 'completed') return newStreak(at);
  return outcome === 'failed' ? { ...streak, failures: streak.failures + 1 } : streak;
}

export const mustPause = (streak: Streak, now: Date): boolean => reached(PAUSE, streak, now);

export const isFailing = (streak: Streak, now: Date): boolean => reached(WARNING, streak, now);

const reached = (limit: typeof PAUSE, { failures, since }: Streak, now: Date): boolean =>
  failures >= limit.failures && now.getTime() - since.getTime() >= limit.afterMs;
