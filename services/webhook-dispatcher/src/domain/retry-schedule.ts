const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** Seconds to wait after each failure: ten attempts with the first, which is made at once. */
export const USUAL_SCHEDULE: readonly number[] = [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400];

const MAX_STEPS = 20;
const LONGEST_STEP = 7 * 86_400;
/** Well below the life of what is sent. */
const LONGEST_IN_ALL = 14 * 86_400;

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

/** How long to wait after the attempt `number` (from 1) of a schedule failed; null after the last. `random` is in [0, 1). */
export function retryDelayMs(
  schedule: readonly number[],
  number: number,
  { overrun, retryAfterMs }: Failure,
  random: number,
): number | null {
  const seconds = schedule[number - 1];
  if (seconds === undefined) return null;
  const base = seconds * SECOND;
  const jittered = base * (1 - JITTER + 2 * JITTER * random);
  const asked =
    retryAfterMs === null ? jittered : Math.max(base, Math.min(retryAfterMs, 2 * base, LONGEST_RETRY_AFTER));
  return Math.round(overrun ? Math.max(asked, BREATHER * (1 + JITTER * random)) : asked);
}

/** What is wrong with a partner's own schedule, or null. */
export function scheduleFault(seconds: readonly number[]): string | null {
  if (seconds.length > MAX_STEPS) return `最多 ${MAX_STEPS} 步`;
  if (!seconds.every((step) => Number.isInteger(step) && step >= 1 && step <= LONGEST_STEP))
    return `每一步应为 1 到 ${LONGEST_STEP} 之间的整数秒`;
  const sum = seconds.reduce((all, step) => all + step, 0);
  return sum > LONGEST_IN_ALL ? `总时长不能超过 ${LONGEST_IN_ALL} 秒` : null;
}

/** `Retry-After` in either form, as milliseconds from now; null when it says nothing. */
export function parseRetryAfter(header: string | undefined, now: Date): number | null {
  if (header === undefined) return null;
  if (/^\d{1,9}$/.test(header)) return Number(header) * SECOND;
  const at = Date.parse(header);
  return Number.isNaN(at) ? null : Math.max(0, at - now.getTime());
}
