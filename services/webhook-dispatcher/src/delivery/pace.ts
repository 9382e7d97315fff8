import type { Clock, Logger } from '@crossdock/kernel';
import type { EndpointHealth } from '../store/endpoint-health.ts';
import type { Lane } from './lane.ts';

const SECOND = 1_000;
/** Slots are drawn for so long at once. */
const AHEAD_MS = 250;
/** And again when the last one is so near. */
const NEAR_MS = AHEAD_MS / 2;
/** A slot that was not used in this time is lost: nothing is caught up in a burst. */
const STALE_MS = 250;

export interface PaceDeps {
  health: EndpointHealth;
  clock: Clock;
  /** A call may begin now, or it can be asked again. */
  go: (lane: Lane) => void;
  log: Logger;
}

/** Keeps an endpoint's throttle over all processes together: each draws slots in time from the store, a quarter of a second's at once. */
export function createPace({ health, clock, go, log }: PaceDeps) {
  const now = () => clock().getTime();

  async function draw(lane: Lane, rate: number): Promise<void> {
    if (lane.drawing) return;
    lane.drawing = true;
    const everyMs = SECOND / rate;
    const count = Math.max(1, Math.min(lane.waiting.length, Math.ceil((rate * AHEAD_MS) / SECOND)));
    try {
      const first = await health.drawSlots(lane.id, count, everyMs, now());
      for (let n = 0; n < count; n += 1) lane.slots.push(first + n * everyMs);
    } catch (err) {
      log.warn({ err, endpoint: lane.id }, 'no slots for a throttled endpoint');
      return;
    } finally {
      lane.drawing = false;
    }
    go(lane);
  }

  /** True when a call may begin; otherwise `go` is called in time. */
  return function take(lane: Lane, rate: number): boolean {
    const at = now();
    while (lane.slots[0] !== undefined && lane.slots[0] < at - STALE_MS) lane.slots.shift();
    const [slot] = lane.slots;
    const last = lane.slots.at(-1);
    if (lane.slots.length < lane.waiting.length && (last === undefined || last - at < NEAR_MS)) void draw(lane, rate);
    if (slot === undefined) return false;
    if (slot <= at) {
      lane.slots.shift();
      return true;
    }
    clearTimeout(lane.timer);
    lane.timer = setTimeout(go, slot - at, lane).unref();
    return false;
  };
}
