import { type Clock, failpoint, type Logger } from '@crossdock/kernel';
import type { EndpointApp } from '../app/endpoints.ts';
import { type Breaker, newWindow, openBreaker, tooManyFailed, type Window } from '../domain/breaker.ts';
import type { Endpoint } from '../domain/endpoint.ts';
import { failingStage } from '../domain/failing.ts';
import type { DeliveryHolding } from '../store/delivery-holding.ts';
import type { EndpointHealth } from '../store/endpoint-health.ts';

/** Not written before it lasts: an endpoint that fails now and then costs no write. */
const LASTING_MS = 60_000;
const MAX_KNOWN = 10_000;

interface Known {
  window: Window;
  /** Since when nothing succeeded here. */
  failingSince: Date | null;
  /** A write is under way. */
  writing: boolean;
}

export interface HealthDeps {
  health: EndpointHealth;
  holding: DeliveryHolding;
  app: Pick<EndpointApp, 'disable' | 'warnFailing'>;
  /** Deliveries became due. */
  wake: () => void;
  clock: Clock;
  log: Logger;
}

/**
 * What calls tell of their endpoints: opens breakers, warns, disables. Each process judges from its own calls; what it
 * decides stands with the endpoint, which everybody reads anew each second.
 */
export function createHealthWatch({ health, holding, app, wake, clock, log }: HealthDeps) {
  const known = new Map<string, Known>();
  const writes = new Set<Promise<void>>();

  function knownOf(id: string): Known {
    const found = known.get(id);
    if (found !== undefined) return found;
    // Who was forgotten begins a new window.
    if (known.size === MAX_KNOWN) known.clear();
    const made = { window: newWindow(), failingSince: null, writing: false };
    known.set(id, made);
    return made;
  }

  function write(id: string, work: () => Promise<void>): Promise<void> {
    const written = work()
      .catch((err: unknown) => log.warn({ err, endpoint: id }, 'the health of an endpoint could not be written'))
      .finally(() => writes.delete(written));
    writes.add(written);
    return written;
  }

  /** Counts a call in. When that opens the breaker, answers it and when that stands. */
  function count(endpoint: Endpoint, good: boolean): { breaker: Breaker; stands: Promise<void> } | null {
    const { id } = endpoint;
    const mine = knownOf(id);
    const now = clock();
    follow(mine, endpoint, good, now);
    if (!tooManyFailed(mine.window, !good, now)) return null;
    mine.window = newWindow();
    const breaker = openBreaker(1, now);
    const stands = write(id, async () => {
      await health.openBreaker(id, breaker);
      await failpoint('dispatcher.breaker.opened');
    });
    return { breaker, stands };
  }

  /** How long nothing succeeded. */
  function follow(mine: Known, endpoint: Endpoint, good: boolean, now: Date): void {
    const stored = endpoint.failingSince;
    if (good) mine.failingSince = null;
    else mine.failingSince ??= stored ?? now;
    const work = mine.writing ? null : turnOf(mine, endpoint, now);
    if (work === null) return;
    mine.writing = true;
    void write(endpoint.id, work).finally(() => (mine.writing = false));
  }

  /** What is to be written now, null for nothing: nearly always. */
  function turnOf({ failingSince: since }: Known, endpoint: Endpoint, now: Date): (() => Promise<void>) | null {
    const { id, failingSince: stored, warned } = endpoint;
    if (since === null) return stored === null ? null : () => health.endFailing(id, stored);
    if (stored === null) {
      if (now.getTime() - since.getTime() < LASTING_MS) return null;
      return () => health.beginFailing(id, since);
    }
    const stage = failingStage(stored, now);
    if (stage === 100) return () => app.disable(id, 'failing');
    return stage > warned ? () => app.warnFailing(endpoint, stored, stage) : null;
  }

  /** The probe that was to end at `until` is over; answers when it is to be tried again, null when all is well. */
  function probed({ id, breaker }: Endpoint, until: Date, good: boolean): { next: Date | null; stands: Promise<void> } {
    const now = clock();
    const next = good ? null : openBreaker((breaker?.trips ?? 0) + 1, now);
    const stands = write(id, async () => {
      if (!(await health.endProbe(id, until, next))) return;
      await failpoint('dispatcher.probe.ended');
      if (next === null) await holding.hasten(id, until, now);
      else await holding.postpone(id, [], null, next.until);
      wake();
    });
    return { next: next?.until ?? null, stands };
  }

  return {
    count,
    probed,
    /** Somebody opened its breaker: what was counted here before is over. */
    rests(id: string): void {
      const mine = known.get(id);
      if (mine !== undefined) mine.window = newWindow();
    },
    idle: async (): Promise<void> => void (await Promise.all(writes)),
  };
}

export type HealthWatch = ReturnType<typeof createHealthWatch>;
