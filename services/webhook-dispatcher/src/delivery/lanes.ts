import { type Logger, sleep } from '@crossdock/kernel';
import { type Delivery, isGone } from '../domain/delivery.ts';
import type { Attempt } from '../domain/attempt.ts';
import type { Endpoint } from '../domain/endpoint.ts';
import type { DeliveryStore } from '../store/deliveries.ts';
import type { EndpointStore } from '../store/endpoints.ts';
import type { Holder } from './holder.ts';
import { callable, type Held, isFresh, type Lane, newLane } from './lane.ts';
import type { Sender } from './sender.ts';
import type { Settler } from './settler.ts';

const IN_FLIGHT = 10;
/** In hand of one endpoint, with those in flight: the rest stays in the store. */
export const IN_HAND = 50;
const DRAIN_MS = 10_000;

export interface LaneDeps {
  holder: Holder;
  send: Sender;
  /** Each call that counts. */
  onAttempt: (attempt: Attempt) => void;
  settler: Settler;
  endpoints: EndpointStore;
  deliveries: DeliveryStore;
  /** The lane has room and there is more in the store. */
  refill: (endpointId: string) => void;
  log: Logger;
}

/** A lane per endpoint with places of its own: an endpoint that hangs fills its lane and nobody else's. */
export function createLanes({ holder, send, onAttempt, settler, endpoints, deliveries, refill, log }: LaneDeps) {
  const lanes = new Map<string, Lane>();
  const calls = new Set<Promise<void>>();
  let stopping = false;

  function laneOf(id: string): Lane {
    const known = lanes.get(id);
    if (known !== undefined) return known;
    const lane = newLane(id);
    lanes.set(id, lane);
    return lane;
  }

  function pump(lane: Lane): void {
    while (lane.inFlight < IN_FLIGHT && lane.waiting.length > 0 && !stopping) {
      const name = holder.current();
      if (name === null) return;
      if (!isFresh(lane) || !callable(lane.endpoint)) return void ask(lane);
      const held = lane.waiting.shift();
      if (held?.holder === name) start(lane, lane.endpoint, held);
      else free(lane, 1);
    }
  }

  function start(lane: Lane, endpoint: Endpoint, { delivery, holder: name }: Held): void {
    lane.inFlight += 1;
    const call = send(delivery, endpoint).then((attempt) => {
      calls.delete(call);
      lane.inFlight -= 1;
      // Cut off by our own end: no attempt is counted, whoever comes next makes it.
      if (stopping && attempt.blame === 'ours') return;
      onAttempt(attempt);
      if (isGone(attempt.statusCode)) lane.endpoint = { ...endpoint, status: 'disabled' };
      settler.settle({ endpointId: lane.id, holder: name, attempt, done: () => free(lane, 1) });
      pump(lane);
    });
    calls.add(call);
  }

  function free(lane: Lane, places: number): void {
    lane.taken -= places;
    if (lane.behind && lane.taken <= IN_HAND / 2) refill(lane.id);
    else if (lane.taken === 0 && !lane.behind) lanes.delete(lane.id);
  }

  /** Reads the endpoint again; one that was deleted or disabled gets nothing more. A failure is tried again at the next beat. */
  async function ask(lane: Lane): Promise<void> {
    if (lane.asking) return;
    lane.asking = true;
    try {
      const [endpoint] = await endpoints.byIds([lane.id]);
      Object.assign(lane, { endpoint, readAt: performance.now() });
      if (!callable(endpoint)) await turnAway(lane, endpoint);
    } catch (err) {
      log.warn({ err, endpoint: lane.id }, 'the endpoint could not be read');
      return;
    } finally {
      lane.asking = false;
    }
    pump(lane);
  }

  async function turnAway(lane: Lane, endpoint: Endpoint | undefined): Promise<void> {
    const turned = lane.waiting.splice(0);
    try {
      if (endpoint?.deletedAt === null)
        await deliveries.park(
          lane.id,
          turned.map(({ delivery }) => delivery.id),
          holder.current(),
        );
      else await deliveries.cancelOf([lane.id]);
    } catch (err) {
      lane.waiting.unshift(...turned);
      throw err;
    }
    lane.behind = false;
    free(lane, turned.length);
  }

  return {
    /** How many of `places` this endpoint has room for; they are taken. The others of it stay behind in the store. */
    reserve(endpointId: string, places: number): number {
      const lane = laneOf(endpointId);
      const granted = Math.max(0, Math.min(places, IN_HAND - lane.taken));
      lane.taken += granted;
      lane.behind ||= granted < places;
      return granted;
    },

    giveBack: (endpointId: string, places: number): void => free(laneOf(endpointId), places),

    /** The store has nothing more for it. */
    caughtUp(endpointId: string): void {
      laneOf(endpointId).behind = false;
    },

    /** Which of these must be read before they can be called. */
    unknown: (endpointIds: string[]): string[] => endpointIds.filter((id) => !isFresh(lanes.get(id))),

    /** Just read from the store. */
    know(endpoint: Endpoint): void {
      Object.assign(laneOf(endpoint.id), { endpoint, readAt: performance.now() });
    },

    inFlight: (): number => calls.size,

    /** Into a reserved place. */
    enqueue(delivery: Delivery, name: string): void {
      const lane = laneOf(delivery.endpointId);
      lane.waiting.push({ delivery, holder: name });
      pump(lane);
    },

    /** What waited for a sure lease, a readable endpoint or room goes on. */
    beat(): void {
      for (const lane of lanes.values()) {
        pump(lane);
        if (lane.behind && lane.taken <= IN_HAND / 2) refill(lane.id);
      }
    },

    /** Sends nothing more; calls under way have a while to end, then `cut` ends them. */
    async stop(cut: () => void): Promise<void> {
      stopping = true;
      const ended = new AbortController();
      const drained = Promise.all(calls).then(() => ended.abort());
      await sleep(DRAIN_MS, ended.signal);
      cut();
      await drained;
    },
  };
}

export type Lanes = ReturnType<typeof createLanes>;
