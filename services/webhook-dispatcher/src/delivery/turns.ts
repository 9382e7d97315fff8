import type { Lane } from './lane.ts';
import { type Mark, youngOnes } from './young.ts';

/** What a kill can make us repeat of calls to quick receivers. */
export const MOST = 32;
/** Who takes longer is slow: its calls are bounded by its own lane alone. */
export const QUICK_MS = 100;
/** Time in which we are busy ourselves counts so much less: no receiver is to blame for it. */
const BUSY_SHARE = 4;
const LOOK_MS = 20;

/** A call in its turn. */
export type Turn = Mark<Lane>;

/** In ms, as somebody feels them who waits for others. */
function waitingTime(): number {
  const { idle, active } = performance.eventLoopUtilization();
  return idle + active / BUSY_SHARE;
}

/**
 * Bounds the calls whose outcome would die with us: those to quick receivers that are under way, and all that were
 * answered and are not on their way to the store. Who lets us wait uses nothing up. Lanes that find no room come in turn,
 * a call each. `begin` begins the next call of a lane, and answers whether it may have another.
 */
export function createTurns(begin: (lane: Lane) => boolean, now: () => number = waitingTime) {
  const waiting = new Set<Lane>();
  const quick = youngOnes<Lane>(QUICK_MS, slowDown, now);
  let unsent = 0;
  let later: NodeJS.Timeout | undefined;

  const isFull = (): boolean => quick.count() + unsent >= MOST;

  function slowDown(lane: Lane): void {
    lane.slow = true;
    if (waiting.delete(lane)) ask(lane);
  }

  function ask(lane: Lane): void {
    if (lane.slow) while (begin(lane));
    else {
      waiting.add(lane);
      next();
    }
  }

  function next(): void {
    for (const lane of waiting) {
      if (isFull()) return wait();
      // Behind all others.
      if (waiting.delete(lane) && begin(lane)) waiting.add(lane);
    }
  }

  /** Calls under way grow old without anybody telling. */
  function wait(): void {
    later ??= setTimeout(() => {
      later = undefined;
      next();
    }, LOOK_MS).unref();
  }

  return {
    /** A lane may have something to send. */
    ask,

    begun: (lane: Lane): Turn => (lane.slow ? { of: lane, at: now(), counts: false } : quick.begin(lane)),

    answered(turn: Turn): void {
      quick.end(turn);
      turn.of.slow = now() - turn.at >= QUICK_MS;
      unsent += 1;
    },

    /** What came of a call that was answered is on its way, or is not to be stored. */
    sent(): void {
      unsent -= 1;
      next();
    },
  };
}
