import { failpoint, type Logger, outOfTrace, sleep } from '@crossdock/kernel';
import type { Attempt } from '../domain/attempt.ts';
import { type Farewell, isSuccess } from '../domain/delivery.ts';
import type { AttemptStore } from '../store/attempts.ts';
import type { DeliveryStore } from '../store/deliveries.ts';

/** An attempt made (or found) for a delivery in hand. */
export interface Settling {
  endpointId: string;
  holder: string;
  attempt: Attempt;
  /** Called when both writes stand. */
  done: () => void;
}

export interface SettlerDeps {
  attempts: AttemptStore;
  deliveries: DeliveryStore;
  disable: (endpointId: string, reason: Farewell) => Promise<void>;
  log: Logger;
}

const BATCH = 500;
const RETRY_MS = 500;

/**
 * Writes what came of calls: the attempts first, then the deliveries, as far as their holders still have them.
 * What comes in while a batch is being written makes the next batch. A store that is away is waited for.
 */
export function createSettler({ attempts, deliveries, disable, log }: SettlerDeps) {
  const waiting: Settling[] = [];
  let writing: Promise<void> | undefined;

  function settle(...settlings: Settling[]): void {
    waiting.push(...settlings);
    writing ??= outOfTrace(drain);
  }

  async function drain(): Promise<void> {
    // Calls that end in one turn of the loop share a batch.
    await new Promise(setImmediate);
    while (waiting.length > 0) {
      const batch = waiting.splice(0, BATCH);
      await persist(batch);
      for (const { done } of batch) done();
    }
    // In the same turn as the look at `waiting`: what comes in after it begins anew.
    writing = undefined;
  }

  async function persist(batch: Settling[]): Promise<void> {
    for (;;) {
      try {
        return await write(batch);
      } catch (err) {
        log.warn({ err, count: batch.length }, 'attempts wait for the store');
        await sleep(RETRY_MS);
      }
    }
  }

  async function write(batch: Settling[]): Promise<void> {
    await store(batch);
    await failpoint('dispatcher.attempts.stored');
    const farewells = new Map(
      batch.flatMap(({ endpointId, attempt }) => (attempt.farewell === null ? [] : [[endpointId, attempt.farewell]])),
    );
    for (const [endpointId, reason] of farewells) {
      await disable(endpointId, reason);
      await failpoint('dispatcher.endpoint.disabled');
    }
    await deliveries.settle(
      batch.map(({ holder, attempt }) => ({
        id: attempt.deliveryId,
        holder,
        attemptCount: attempt.number,
        trigger: attempt.trigger,
        verdict: attempt.verdict,
      })),
    );
  }

  /** A number taken by somebody else (who made that attempt late, or before we took over) leaves us the next one. */
  async function store(batch: Settling[]): Promise<void> {
    let open = batch.map(({ attempt }) => attempt);
    for (;;) {
      const taken = await attempts.insert(open);
      if (taken.length === 0) return;
      const others = await attempts.find(taken);
      // Not taken by others: found at a takeover, or an earlier try of this write got through.
      open = taken.filter((attempt) => !isSame(attempt, others.get(attempt.deliveryId)));
      for (const attempt of open) {
        if (isSuccess(others.get(attempt.deliveryId)?.statusCode ?? null))
          attempt.verdict = { status: 'delivered', nextAttemptAt: null };
        attempt.number += 1;
      }
      if (open.length === 0) return;
    }
  }

  return {
    settle,
    /** Resolves when nothing waits to be written. */
    idle: async (): Promise<void> => {
      while (writing !== undefined) await writing;
    },
  };
}

export type Settler = ReturnType<typeof createSettler>;

const isSame = (mine: Attempt, stored: Attempt | undefined): boolean =>
  stored !== undefined && stored.at.getTime() === mine.at.getTime() && stored.timings.total === mine.timings.total;
