import { type Clock, failpoint, newTraceparent } from '@crossdock/kernel';
import { type Delivery, deliveryId, isTooLarge } from '../domain/delivery.ts';
import type { Endpoint } from '../domain/endpoint.ts';
import { bodyOf, type Webhook } from '../domain/webhook.ts';
import type { DeliveryStore } from '../store/deliveries.ts';
import type { EndpointStore } from '../store/endpoints.ts';
import type { Holder } from './holder.ts';
import type { Lanes } from './lanes.ts';
import type { Filters } from './filters.ts';

export interface IntakeDeps {
  endpoints: EndpointStore;
  deliveries: DeliveryStore;
  lanes: Lanes;
  holder: Holder;
  filters: Filters;
  clock: Clock;
}

const concerns = ({ tenant, connectorId, events }: Endpoint, webhook: Webhook): boolean =>
  tenant === webhook.tenant && connectorId === webhook.connectorId && events.includes(webhook.payload.type);

/** Stores a delivery for each endpoint that wants the webhook, once per endpoint and event, most of them already in our hand. */
export function createIntake({ endpoints, deliveries, lanes, holder, filters, clock }: IntakeDeps) {
  async function deliver(webhooks: Webhook[]): Promise<void> {
    const fresh = await freshDeliveries(webhooks);
    if (fresh.length === 0) return;
    const name = holder.current();
    const now = clock();
    const stored = fresh.map((delivery) => {
      const due = delivery.nextAttemptAt !== null && delivery.nextAttemptAt <= now;
      const mine = name !== null && due && lanes.reserve(delivery.endpointId, 1) === 1;
      return { delivery, holder: mine ? name : null };
    });
    const inHand = stored.filter((each) => each.holder !== null).map(({ delivery }) => delivery);
    let doubles: Set<string>;
    try {
      doubles = await deliveries.insert(stored);
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

  /** Endpoints are read for each batch: what was created or deleted a moment ago counts. */
  async function freshDeliveries(webhooks: Webhook[]): Promise<Delivery[]> {
    if (webhooks.length === 0) return [];
    const living = await endpoints.ofConnectors([...new Set(webhooks.map(({ connectorId }) => connectorId))]);
    const now = clock();
    const wanted = new Map<string, Delivery>();
    for (const webhook of webhooks) {
      for (const endpoint of living) {
        if (!concerns(endpoint, webhook) || !filters.pass(endpoint, webhook.payload)) continue;
        const delivery = newDelivery(webhook, endpoint, now);
        wanted.set(delivery.id, delivery);
      }
    }
    if (wanted.size === 0) return [];
    for (const id of await deliveries.existing([...wanted.keys()])) wanted.delete(id);
    const called = new Set([...wanted.values()].map(({ endpointId }) => endpointId));
    for (const endpoint of living) if (called.has(endpoint.id)) lanes.know(endpoint);
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
