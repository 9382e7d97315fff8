import { failpoint, type Logger } from '@crossdock/kernel';
import type { Attempt } from '../domain/attempt.ts';
import { type Farewell, isSuccess } from '../domain/delivery.ts';
import type { AttemptStore } from '../store/attempts.ts';
import type { DeliveryStore } from '../store/deliveries.ts';
import { inBatches } from './in-batches.ts';

/** An attempt made (or found) for a delivery in hand. */
export interface Settling {
  endpointId: string;
  holder: string;
  attempt: Attempt;
  /** Called when the attempt is on its way to the store: whoever finds it there settles from it. */
  sent?: () => void;
  /** Called when attempt and delivery stand. */
  done: () => void;
}

export interface SettlerDeps {
  attempts: AttemptStore;
  deliveries: DeliveryStore;
  disable: (endpointId: string, reason: Farewell, saidAt: Date) => Promise<void>;
  log: Logger;
}

/** Calls that end so soon after each other share a write, unless so many have: a majority write costs as much as what 50 of them carry. */
const ATTEMPTS = { gatherMs: 8, enough: 22 };
/** Nobody waits for these: the attempt tells how a delivery stands. */
const DELIVERIES = { gatherMs: 25, enough: 128 };

/** Writes what came of calls: the attempts first, then the deliveries, as far as their holders still have them. A store that is away is waited for. */
export function createSettler({ attempts, deliveries, disable, log }: SettlerDeps) {
  const storing = inBatches<Settling>({
    ...ATTEMPTS,
    write: store,
    onSent(batch) {
      for (const { sent } of batch) sent?.();
    },
    onWritten: (batch) => settling.add(batch),
    onFailure: (err, count) => log.warn({ err, count }, 'attempts wait for the store'),
  });
  const settling = inBatches<Settling>({
    ...DELIVERIES,
    async write(batch) {
      await failpoint('dispatcher.attempts.stored');
      await bidFarewell(batch);
      await deliveries.settle(batch.map(settlementOf));
    },
    onWritten(batch) {
      for (const { done } of batch) done();
    },
    onFailure: (err, count) => log.warn({ err, count }, 'deliveries wait for the store'),
  });

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

  async function bidFarewell(batch: Settling[]): Promise<void> {
    const farewells = new Map(
      batch.flatMap(({ endpointId, attempt }) => (attempt.farewell === null ? [] : [[endpointId, attempt]])),
    );
    for (const [endpointId, { farewell, at }] of farewells) {
      if (farewell !== null) await disable(endpointId, farewell, at);
      await failpoint('dispatcher.endpoint.disabled');
    }
  }

  return {
    settle: (...settlings: Settling[]): void => storing.add(settlings),

    /** Resolves when nothing waits to be written. */
    async idle(): Promise<void> {
      await storing.idle();
      await settling.idle();
    },
  };
}

export type Settler = ReturnType<typeof createSettler>;

const settlementOf = ({ holder, attempt: { deliveryId: id, number: attemptCount, trigger, verdict } }: Settling) => ({
  id,
  holder,
  attemptCount,
  trigger,
  verdict,
});

const isSame = (mine: Attempt, stored: Attempt | undefined): boolean =>
  stored !== undefined && stored.at.getTime() === mine.at.getTime() && stored.timings.total === mine.timings.total;
