import type { Clock, Logger } from '@crossdock/kernel';
import { HEARTBEAT_MS, LEASE_MS } from '../domain/sync-task.ts';
import type { Hold, TaskClaimStore } from '../store/task-claims.ts';

export interface Held {
  hold: Hold;
  /** Aborts when the task is marked, lost or released, or this process leaves: no platform call after that. */
  signal: AbortSignal;
  release(): void;
}

/** Keeps the lease alive until released; a lease that could not be renewed in time counts as lost. */
export function holdOn(
  hold: Hold,
  { claims, leaving, clock, log }: { claims: TaskClaimStore; leaving: AbortSignal; clock: Clock; log: Logger },
): Held {
  const over = new AbortController();
  let renewedAt = clock().getTime();

  async function beat(): Promise<void> {
    const now = clock();
    try {
      const state = await claims.heartbeat(hold, now);
      if (state === null || state.mark !== null) over.abort();
      else renewedAt = now.getTime();
    } catch (err) {
      log.warn({ err, taskId: hold.id }, 'no heartbeat');
      if (now.getTime() - renewedAt > LEASE_MS) over.abort();
    }
  }

  const timer = setInterval(() => void beat(), HEARTBEAT_MS).unref();
  return {
    hold,
    signal: AbortSignal.any([over.signal, leaving]),
    release() {
      clearInterval(timer);
      over.abort();
    },
  };
}
