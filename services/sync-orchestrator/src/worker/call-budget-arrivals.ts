interface Sent {
  at: number;
  endedAt: number | null;
}

const SECOND_MS = 1_000;
/** Of so many answers, four of five took no longer than is usual. */
const RECENT = 40;
const FEWEST = 20;
const USUAL_SHARE = 0.8;
/** Later than this a call was slow at the platform, not on its way there. */
const LONGEST_WAY_MS = 1_000;

/** Of a call that usually takes `usual` ms. */
function arrivedAt({ at, endedAt }: Sent, now: number, usual: number): number {
  if (endedAt === null && now - at > usual + LONGEST_WAY_MS) return at;
  return Math.min(at + LONGEST_WAY_MS, Math.max(at, (endedAt ?? now) - usual));
}

/**
 * When calls reached the platform, as far as their answers tell: one that takes longer than usual may have waited on its
 * way. A moment that the platform stands still bunches calls, however evenly they were sent, and it counts what it gets.
 */
export function callArrivals() {
  /** In the order they were sent. */
  const calls: Sent[] = [];
  const took: number[] = [];

  const usual = (): number =>
    took.length < FEWEST
      ? Number.POSITIVE_INFINITY
      : took.toSorted((a, b) => a - b)[Math.floor(took.length * USUAL_SHARE)]!;

  return {
    sent(now: number): void {
      while (calls.length > 0 && calls[0]!.at <= now - SECOND_MS - LONGEST_WAY_MS) calls.shift();
      calls.push({ at: now, endedAt: null });
    },

    ended(now: number, durationMs: number): void {
      const call = calls.findLast(({ at, endedAt }) => endedAt === null && at <= now - durationMs + 1);
      if (call !== undefined) call.endedAt = now;
      if (took.push(durationMs) > RECENT) took.shift();
    },

    /** Whether at least so many may have reached it within the second before `now`. */
    reach(count: number, now: number): boolean {
      if (calls.length < count) return false;
      const ms = usual();
      return calls.reduce((sum, call) => sum + (arrivedAt(call, now, ms) > now - SECOND_MS ? 1 : 0), 0) >= count;
    },
  };
}
