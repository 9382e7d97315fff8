import { type Clock, failpoint, type Logger, sleep } from '@crossdock/kernel';
import type { Delivery } from '../domain/delivery.ts';
import type { AttemptStore } from '../store/attempts.ts';
import type { DeliveryStore } from '../store/deliveries.ts';
import type { EndpointStore } from '../store/endpoints.ts';
import type { Holder } from './holder.ts';
import { IN_HAND, type Lanes } from './lanes.ts';
import type { Settler } from './settler.ts';

const BATCH = 500;
const POLL_MS = 1_000;
/** Writes that carry a time before ours may become visible after we looked. */
const LOOK_BACK_MS = 5_000;
/** Looks are from where the last one ended, but every so often from the beginning. */
const WHOLE_EVERY = 10;

export interface ClaimerDeps {
  holder: Holder;
  lanes: Lanes;
  settler: Settler;
  endpoints: EndpointStore;
  deliveries: DeliveryStore;
  attempts: AttemptStore;
  clock: Clock;
  log: Logger;
}

type Wanted = { id: string; endpointId: string };

/** Takes due deliveries that nobody has in hand: retries, what did not fit a lane, what a dead worker left. */
export function createClaimer({ holder, lanes, settler, endpoints, deliveries, attempts, clock, log }: ClaimerDeps) {
  let stopping = false;
  let waking = new AbortController();
  const refilling = new Set<string>();
  let polling: Promise<void> = Promise.resolve();
  let looked = new Date(0);
  let looks = 0;

  /** Each of them has its place in a lane already. */
  async function claim(wanted: Wanted[]): Promise<void> {
    const name = holder.current();
    let taken: Delivery[] = [];
    const places = new Map(wanted.map(({ id, endpointId }) => [id, endpointId]));
    try {
      if (name === null || wanted.length === 0) return;
      taken = await deliveries.claim([...places.keys()], name, clock());
      await failpoint('dispatcher.deliveries.claimed');
      await begin(taken, name);
      for (const { id } of taken) places.delete(id);
    } catch (err) {
      holder.abandon();
      throw err;
    } finally {
      for (const endpointId of places.values()) lanes.giveBack(endpointId, 1);
    }
  }

  /** Whoever had it before may have made the next attempt already: then it is settled from that one. */
  async function begin(taken: Delivery[], name: string): Promise<void> {
    if (taken.length === 0) return;
    const unknown = lanes.unknown([...new Set(taken.map(({ endpointId }) => endpointId))]);
    const [made, read] = await Promise.all([
      attempts.find(taken.map(({ id, attemptCount }) => ({ deliveryId: id, number: attemptCount + 1 }))),
      unknown.length === 0 ? [] : endpoints.byIds(unknown),
    ]);
    for (const endpoint of read) lanes.know(endpoint);
    for (const delivery of taken) {
      const { id, endpointId } = delivery;
      const attempt = made.get(id);
      if (attempt === undefined) lanes.enqueue(delivery, name);
      else settler.settle({ endpointId, holder: name, attempt, done: () => lanes.giveBack(endpointId, 1) });
    }
  }

  async function look(): Promise<void> {
    if (holder.current() === null) return;
    const now = clock();
    const from = looks++ % WHOLE_EVERY === 0 ? new Date(0) : new Date(looked.getTime() - LOOK_BACK_MS);
    const picked: Wanted[] = [];
    try {
      for await (const due of deliveries.due(from, now)) {
        if (lanes.reserve(due.endpointId, 1) === 1) picked.push(due);
        if (picked.length === BATCH) await claim(picked.splice(0));
      }
    } catch (err) {
      for (const { endpointId } of picked) lanes.giveBack(endpointId, 1);
      throw err;
    }
    await claim(picked);
    looked = now;
  }

  async function untilNextDue(): Promise<number> {
    const now = clock();
    const next = await deliveries.nextDue(now, new Date(now.getTime() + POLL_MS));
    return next === null ? POLL_MS : Math.max(1, next.getTime() - clock().getTime());
  }

  async function live(): Promise<void> {
    while (!stopping) {
      let wait = POLL_MS;
      try {
        await look();
        wait = await untilNextDue();
      } catch (err) {
        log.warn({ err }, 'due deliveries could not be taken');
      }
      waking = new AbortController();
      if (!stopping) await sleep(wait, waking.signal);
    }
  }

  async function refill(endpointId: string): Promise<void> {
    if (refilling.has(endpointId) || stopping) return;
    refilling.add(endpointId);
    try {
      const room = lanes.reserve(endpointId, IN_HAND);
      if (room === 0) return;
      const ids = await deliveries.dueOf(endpointId, clock(), room).catch((err: unknown) => {
        lanes.giveBack(endpointId, room);
        throw err;
      });
      if (ids.length < room) lanes.caughtUp(endpointId);
      lanes.giveBack(endpointId, room - ids.length);
      await claim(ids.map((id) => ({ id, endpointId })));
    } catch (err) {
      log.warn({ err, endpoint: endpointId }, 'waiting deliveries could not be taken');
    } finally {
      refilling.delete(endpointId);
    }
  }

  return {
    refill,
    /** Look now: something became due without its time coming. */
    wake: () => waking.abort(),
    start(): void {
      polling = live();
    },
    async stop(): Promise<void> {
      stopping = true;
      waking.abort();
      await polling;
    },
  };
}

export type Claimer = ReturnType<typeof createClaimer>;
