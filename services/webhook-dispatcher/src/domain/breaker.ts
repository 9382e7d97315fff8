const SECOND = 1_000;
const WINDOW_MS = 300 * SECOND;
const SLICE_MS = 30 * SECOND;
const MIN_ATTEMPTS = 10;
const FAILED_SHARE = 0.7;
const FIRST_MS = 30 * SECOND;
const LONGEST_MS = 600 * SECOND;

/** How long a probe may take before another is made: longer than any call. */
export const PROBE_MS = 20 * SECOND;

/** Open: no call before `until`, then one probe; `trips` counts how often it opened since it was closed. */
export interface Breaker {
  until: Date;
  trips: number;
}

/** Opens for 30 s, twice as long after each probe that failed, at most 10 min. */
export const openBreaker = (trips: number, now: Date): Breaker => ({
  trips,
  until: new Date(now.getTime() + Math.min(FIRST_MS * 2 ** (trips - 1), LONGEST_MS)),
});

interface Slice {
  from: number;
  attempts: number;
  failed: number;
}

/** The attempts of the last five minutes, in slices. */
export interface Window {
  slices: Slice[];
}

export const newWindow = (): Window => ({ slices: [] });

/** Counts one attempt in; true when that is too many failures. */
export function tooManyFailed({ slices }: Window, failed: boolean, now: Date): boolean {
  const at = now.getTime();
  let slice = slices.at(-1);
  if (slice === undefined || at >= slice.from + SLICE_MS) {
    slice = { from: at, attempts: 0, failed: 0 };
    slices.push(slice);
    while (slices[0] !== undefined && slices[0].from <= at - WINDOW_MS) slices.shift();
  }
  slice.attempts += 1;
  if (!failed) return false;
  slice.failed += 1;
  const attempts = slices.reduce((sum, each) => sum + each.attempts, 0);
  return attempts >= MIN_ATTEMPTS && slices.reduce((sum, each) => sum + each.failed, 0) >= FAILED_SHARE * attempts;
}
