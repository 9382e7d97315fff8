const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** How long after the failure before it each attempt is made; the first is made at once. */
export const SCHEDULE_MS = [
  0,
  5 * SECOND,
  5 * MINUTE,
  30 * MINUTE,
  2 * HOUR,
  5 * HOUR,
  10 * HOUR,
  14 * HOUR,
  20 * HOUR,
  24 * HOUR,
] as const;

const JITTER = 0.2;
const LONGEST_RETRY_AFTER = 6 * HOUR;
/** Who is overrun or too slow is left alone for longer than the schedule's first step. */
const BREATHER = MINUTE;

export interface Failure {
  /** The receiver was overrun (429) or did not answer in time. */
  overrun: boolean;
  /** What it asked for. */
  retryAfterMs: number | null;
}

/** How long to wait after attempt `number` (from 1) failed; null after the last. `random` is in [0, 1). */
export function retryDelayMs(number: number, { overrun, retryAfterMs }: Failure, random: number): number | null {
  const base = SCHEDULE_MS[number];
  if (base === undefined) return null;
  const jittered = base * (1 - JITTER + 2 * JITTER * random);
  const asked =
    retryAfterMs === null ? jittered : Math.max(base, Math.min(retryAfterMs, 2 * base, LONGEST_RETRY_AFTER));
  return Math.round(overrun ? Math.max(asked, BREATHER * (1 + JITTER * random)) : asked);
}

/** `Retry-After` in either form, as milliseconds from now; null when it says nothing. */
export function parseRetryAfter(header: string | undefined, now: Date): number | null {
  if (header === undefined) return null;
  if (/^\d{1,9}$/.test(header)) return Number(header) * SECOND;
  const at = Date.parse(header);
  return Number.isNaN(at) ? null : Math.max(0, at - now.getTime());
}
