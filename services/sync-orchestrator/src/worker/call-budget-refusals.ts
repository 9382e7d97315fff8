import type { HeardRefusals, RefusedCall } from './call-budget-lease.ts';

interface Untold extends Pick<RefusedCall, 'retryAfterMs' | 'calls' | 'withinMs'> {
  sentAt: number;
  refusedAt: number;
}

const SHORTEST_PAUSE_MS = 500;
const UNHINTED_PAUSE_MS = 1_000;
const SECOND_MS = 1_000;

/** What this process knows of refusals, its own and those of others, and what it has still to tell. */
export function refusalMemory(now: () => number) {
  let pausedUntil = Number.NEGATIVE_INFINITY;
  let count = 0;
  let untold: Untold[] = [];
  /** Grows with all that is learned: an answer that was asked for before is void. */
  let round = 0;

  return {
    pausedUntil: (): number => pausedUntil,
    pausedMs: (): number => Math.max(0, pausedUntil - now()),
    count: (): number => count,
    round: (): number => round,
    hasUntold: (): boolean => untold.length > 0,

    /** A call of ours, made `sentMsAgo`, after the others of `made`. */
    met(sentMsAgo: number, hintMs: number | undefined, made: readonly number[]): void {
      const refusedAt = now();
      const sentAt = refusedAt - sentMsAgo;
      const before = made.filter((each) => each > sentAt - SECOND_MS && each < sentAt);
      const withinMs = before.length === 0 ? 0 : sentAt - before[0]!;
      untold.push({ sentAt, refusedAt, retryAfterMs: hintMs, calls: before.length, withinMs });
      round++;
      pausedUntil = Math.max(pausedUntil, refusedAt + Math.max(SHORTEST_PAUSE_MS, hintMs ?? UNHINTED_PAUSE_MS));
    },

    /** False when it is nothing new. */
    heard({ refusals, pausedMs }: HeardRefusals): boolean {
      if (refusals === count) return false;
      count = refusals;
      pausedUntil = Math.max(pausedUntil, now() + pausedMs);
      return true;
    },

    /** Slices that were asked for before this are void. */
    outdate(): void {
      round++;
    },

    /** All there is to tell, and what to call once it is told. */
    telling(): { refused: RefusedCall[]; told(): void } {
      const at = now();
      // What is met while this is on its way is told next time.
      const these = [...untold];
      return {
        refused: these.map(({ sentAt, refusedAt, ...each }) => ({
          ...each,
          sentMsAgo: at - sentAt,
          refusedMsAgo: at - refusedAt,
        })),
        told() {
          untold = untold.filter((each) => !these.includes(each));
        },
      };
    },
  };
}
