import { type Clock, failpoint, newTraceparent, outOfTrace, sleep } from '@crossdock/kernel';
import { type Delivery, deliveryId, isTooLarge } from '../domain/delivery.ts';
import type { Endpoint } from '../domain/endpoint.ts';
import { bodyOf, type Webhook } from '../domain/webhook.ts';
import type { DeliveryStore } from '../store/deliveries.ts';
import type { EndpointStore } from '../store/endpoints.ts';
import type { Holder } from './holder.ts';
import type { Lanes } from './lanes.ts';
import type { Filters } from './filters.ts';

/** Stored at once. */
const SLICE = 128;
/** What waits in the lanes before more is taken in: the rest is safe where it comes from. */
const ENOUGH = 256;
const LOOK_MS = 5;

export interface IntakeDeps {
  endpoints: EndpointStore;
  deliveries: DeliveryStore;
  lanes: Lanes;
  holder: Holder;
  filters: Filters;
  clock: Clock;
}

/** Some webhooks of a caller that waits for them to be stored. */
interface Slice {
  webhooks: Webhook[];
  stored: () => void;
  failed: (err: unknown) => void;
}

const concerns = ({ tenant, events }: Endpoint, webhook: Webhook): boolean =>
  tenant === webhook.tenant && events.includes(webhook.payload.type);

/** Stores a delivery for each endpoint that wants the webhook, once per endpoint and event, most of them already in our hand. */
export function createIntake({ endpoints, deliveries, lanes, holder, filters, clock }: IntakeDeps) {
  const incoming: Slice[] = [];
  let taking = false;

  async function deliver(webhooks: Webhook[]): Promise<void> {
    const slices: Promise<void>[] = [];
    for (let at = 0; at < webhooks.length; at += SLICE) {
      const { promise, resolve: stored, reject: failed } = Promise.withResolvers<void>();
      incoming.push({ webhooks: webhooks.slice(at, at + SLICE), stored, failed });
      slices.push(promise);
    }
    if (incoming.length > 0 && !taking) void outOfTrace(take);
    await Promise.all(slices);
  }

  /** What several callers bring in one turn of the loop shares a write. */
  async function take(): Promise<void> {
    taking = true;
    await new Promise(setImmediate);
    while (incoming.length > 0) {
      while (lanes.waiting() >= ENOUGH) await sleep(LOOK_MS);
      const slices = nextSlices();
      try {
        await store(await freshDeliveries(slices));
        for (const { stored } of slices) stored();
      } catch (err) {
        for (const { failed } of slices) failed(err);
      }
    }
    taking = false;
  }

  function nextSlices(): Slice[] {
    let count = 0;
    const fits = ({ webhooks }: Slice) => (count += webhooks.length) <= SLICE;
    const end = incoming.findIndex((slice) => !fits(slice));
    return incoming.splice(0, end < 0 ? incoming.length : end);
  }

  async function store(fresh: Delivery[]): Promise<void> {
    if (fresh.length === 0) return;
    const name = holder.current();
    const now = clock();
    const rows = fresh.map((delivery) => {
      const due = delivery.nextAttemptAt !== null && delivery.nextAttemptAt <= now;
      const mine = name !== null && due && lanes.reserve(delivery.endpointId, 1) === 1;
      return { delivery, holder: mine ? name : null };
    });
    const inHand = rows.filter((each) => each.holder !== null).map(({ delivery }) => delivery);
    let doubles: Set<string>;
    try {
      doubles = await deliveries.insert(rows);
      await failpoint('dispatcher.intake.stored');
    } catch (err) {
      holder.abandon();
      for (const { endpointId } of inHand) lanes.giveBack(endpointId, 1);
      throw err;
    }
    for (const delivery of inHand) {
      if (name === null || doubles.has(delivery.id)) lanes.giveBack(delivery.endpointId, 1);
      else lanes.enqueue(delivery, name);
    }
  }

  /** Endpoints are read each time: what was created or deleted a moment ago counts. */
  async function freshDeliveries(slices: Slice[]): Promise<Delivery[]> {
    const connectorIds = new Set(slices.flatMap(({ webhooks }) => webhooks.map(({ connectorId }) => connectorId)));
    const living = Map.groupBy(await endpoints.ofConnectors([...connectorIds]), ({ connectorId }) => connectorId);
    const now = clock();
    const wanted = new Map<string, Delivery>();
    const called = new Set<Endpoint>();
    for (const { webhooks, failed } of slices) {
      try {
        for (const webhook of webhooks)
          for (const endpoint of living.get(webhook.connectorId) ?? []) {
            if (!concerns(endpoint, webhook) || !filters.pass(endpoint, webhook.payload)) continue;
            const delivery = newDelivery(webhook, endpoint, now);
            wanted.set(delivery.id, delivery);
            called.add(endpoint);
          }
      } catch (err) {
        // What cannot be judged is nobody else's trouble.
        failed(err);
      }
    }
    for (const endpoint of called) lanes.know(endpoint);
    return [...wanted.values()];
  }

  return deliver;
}

export type Intake = ReturnType<typeof createIntake>;

/** Null while an endpoint holds what comes, later while it rests. */
function dueAt({ status, breaker }: Endpoint, now: Date): Date | null {
  if (status !== 'enabled') return null;
  return breaker !== null && breaker.until > now ? breaker.until : now;
}

function newDelivery({ tenant, connectorId, payload, traceparent }: Webhook, endpoint: Endpoint, now: Date): Delivery {
  const body = bodyOf(payload, endpoint.payload);
  const delivery: Delivery = {
    id: deliveryId(endpoint.id, payload.id),
    tenant,
    connectorId,
    endpointId: endpoint.id,
    eventId: payload.id,
    type: payload.type,
    body,
    status: 'pending',
    attemptCount: 0,
    nextAttemptAt: dueAt(endpoint, now),
    createdAt: now,
    traceparent: traceparent ?? newTraceparent(),
  };
  if (!isTooLarge(body)) return delivery;
  const { body: _unsent, ...told } = delivery;
  return { ...told, status: 'failed', nextAttemptAt: null, reason: 'payload_too_large' };
}
