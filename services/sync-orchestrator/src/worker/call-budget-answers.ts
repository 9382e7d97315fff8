/** Of so many answers the middle one says how long a call takes. */
const RECENT = 20;
/** So many calls beyond their time are no slow calls: the platform stands still, or the way there. */
const OVERDUE = 4;
/** Without any answer meanwhile. */
const SILENT_CALLS = 4;
const SILENT_MS = 30;
/** After that it is no moment any more. */
const LONGEST_HOLD_MS = 1_000;

/**
 * The calls under way. While the platform stands still for a moment, what is sent on top arrives with the rest in one
 * bunch, however evenly it was sent: then it is better kept back.
 */
export function callsUnderWay() {
  const begun: number[] = [];
  const took: number[] = [];
  let answeredAt = Number.NEGATIVE_INFINITY;

  /** The first to come back are the quick ones: not known before there are some. */
  const usual = (): number =>
    took.length < RECENT ? Number.POSITIVE_INFINITY : took.toSorted((a, b) => a - b)[RECENT / 2]!;

  return {
    begun: (now: number): void => void begun.push(now),

    answered(now: number, durationMs: number): void {
      const at = now - durationMs;
      const index = begun.findLastIndex((each) => each <= at + 1);
      begun.splice(Math.max(0, index), 1);
      if (took.push(durationMs) > RECENT) took.shift();
      answeredAt = now;
    },

    /** Until when nothing more should be sent; an answer ends it sooner. Null when all is as usual. */
    heldUntil(now: number, spacing: number): number | null {
      const silent = now - answeredAt;
      if (silent < Math.max(SILENT_MS, SILENT_CALLS * spacing) || silent >= LONGEST_HOLD_MS) return null;
      const due = now - usual();
      return begun.filter((at) => at < due).length >= OVERDUE ? answeredAt + LONGEST_HOLD_MS : null;
    },
  };
}
