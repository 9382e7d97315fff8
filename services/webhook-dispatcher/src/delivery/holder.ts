import { type Clock, failpoint, type Logger, newId, sleep } from '@crossdock/kernel';
import type { DeliveryStore } from '../store/deliveries.ts';
import type { WorkerStore } from '../store/workers.ts';

const LEASE_MS = 5_000;
const BEAT_MS = 1_000;
/** A second short of the lease: who is unsure stops before others begin. */
const SURE_MS = LEASE_MS - BEAT_MS;

export interface HolderDeps {
  workers: WorkerStore;
  deliveries: DeliveryStore;
  /** Called after each beat that held. */
  onBeat: () => void;
  /** A dead worker's deliveries are free. */
  onFreed: () => void;
  clock: Clock;
  log: Logger;
}

/**
 * One lease for everything this process has in hand: a heartbeat a second. Whatever was held under a lease that
 * lapsed is free again, found by the others' beats. Having lost its lease, the process goes on under a new name.
 */
export function createHolder({ workers, deliveries, onBeat, onFreed, clock, log }: HolderDeps) {
  const stopping = new AbortController();
  let name: string | null = null;
  let sureUntil = 0;
  let beating: Promise<void> = Promise.resolve();

  const until = () => new Date(clock().getTime() + LEASE_MS);

  async function beat(): Promise<void> {
    const began = performance.now();
    if (name !== null && !(await workers.renew(name, until()))) {
      log.warn({ holder: name }, 'the lease lapsed: going on under a new name');
      name = null;
    }
    if (name === null) {
      const fresh = newId();
      await workers.join(fresh, until());
      name = fresh;
    }
    sureUntil = began + SURE_MS;
  }

  async function freeTheDead(): Promise<void> {
    const dead = await workers.missing(await deliveries.holders(), clock());
    if (dead.length === 0) return;
    await failpoint('dispatcher.lease.lapsed');
    const count = await deliveries.releaseAllOf(dead, clock());
    if (count === 0) return;
    log.info({ count }, 'deliveries of a worker that is gone are free');
    onFreed();
  }

  async function live(): Promise<void> {
    while (!stopping.signal.aborted) {
      await sleep(BEAT_MS, stopping.signal);
      if (stopping.signal.aborted) return;
      try {
        await beat();
        await freeTheDead();
        onBeat();
      } catch (err) {
        log.warn({ err }, 'the heartbeat of the deliveries failed');
      }
    }
  }

  return {
    /** Null while the lease is unsure: nothing may be taken or sent then. */
    current: (): string | null => (performance.now() < sureUntil ? name : null),

    /** After a write of unknown outcome: what may be held without our knowing becomes free when the old lease lapses. */
    abandon(): void {
      name = null;
      sureUntil = 0;
    },

    async start(): Promise<void> {
      await beat();
      await freeTheDead();
      beating = live();
    },

    /** Everything still held is free at once. */
    async stop(): Promise<void> {
      stopping.abort();
      await beating;
      sureUntil = 0;
      if (name === null) return;
      await deliveries.releaseAllOf([name], clock());
      await workers.leave(name);
    },
  };
}

export type Holder = ReturnType<typeof createHolder>;
