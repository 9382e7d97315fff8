import { type Clock, type Logger, type Part, sleep } from '@crossdock/kernel';
import type { DeliveryHolding } from '../store/delivery-holding.ts';
import type { EndpointStore } from '../store/endpoints.ts';
import { callable } from './lane.ts';

const SWEEP_MS = 10_000;
const AT_ONCE = 200;

export interface ParkedDeps {
  endpoints: EndpointStore;
  holding: DeliveryHolding;
  /** Deliveries became due. */
  wake: () => void;
  clock: Clock;
  log: Logger;
}

/**
 * Finds what stayed parked although its endpoint takes deliveries again, or was deleted: the process that did it died
 * before it released them, or they were parked by somebody who had read it a moment earlier. Some endpoints at each look.
 */
export function parkedSweep({ endpoints, holding, wake, clock, log }: ParkedDeps): Part {
  const stopping = new AbortController();
  let sweeping: Promise<void> = Promise.resolve();
  let after = '';

  async function sweep(): Promise<void> {
    const ids = await holding.parkedEndpoints(after, AT_ONCE);
    after = ids.length < AT_ONCE ? '' : (ids.at(-1) ?? '');
    if (ids.length === 0) return;
    const found = await endpoints.byIds(ids);
    const released = found.filter(callable);
    for (const { id } of released) await holding.unpark(id, clock());
    if (released.length > 0) wake();
    const gone = found.filter(({ deletedAt }) => deletedAt !== null).map(({ id }) => id);
    if (gone.length > 0) await holding.cancelOf(gone);
  }

  async function live(): Promise<void> {
    while (!stopping.signal.aborted) {
      await sweep().catch((err: unknown) => log.warn({ err }, 'parked deliveries could not be looked at'));
      await sleep(SWEEP_MS, stopping.signal);
    }
  }

  return {
    name: 'parked deliveries',
    async start() {
      sweeping = live();
    },
    async stop() {
      stopping.abort();
      await sweeping;
    },
  };
}
