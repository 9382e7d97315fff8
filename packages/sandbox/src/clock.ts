import type { Clock } from '@crossdock/kernel';

/** The sandbox's own time: the host's, moved by the control port. */
export interface SandboxClock {
  now: Clock;
  /** Epoch milliseconds. */
  ms(): number;
  offsetMs(): number;
  moveBy(ms: number): void;
}

export function sandboxClock(base: Clock, offset = 0): SandboxClock {
  let offsetMs = offset;
  const ms = () => base().getTime() + offsetMs;
  return {
    ms,
    now: () => new Date(ms()),
    offsetMs: () => offsetMs,
    moveBy(by) {
      offsetMs += by;
    },
  };
}
