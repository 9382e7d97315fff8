import { type Clock, currentTrace, invalidField, newId, newTraceparent, sha256Hex } from '@crossdock/kernel';
import { type Delivery, deliveryId } from '../domain/delivery.ts';
import type { Caller, Endpoint } from '../domain/endpoint.ts';
import { bodyOf, isWebhookType, WEBHOOK_TYPES } from '../domain/webhook.ts';
import type { DeliveryLog, DeliverySummary } from '../store/delivery-log.ts';
import type { ResendStore } from '../store/resends.ts';
import { audit } from './endpoint-events.ts';
import type { EndpointApp } from './endpoints.ts';
import { exampleFor } from './example.ts';

export interface TestRequest {
  connectorId: string;
  endpointId: string;
  /** '' for the first that the endpoint asked for. */
  eventType: string;
  /** '' without one. */
  idempotencyKey: string;
}

export interface TestDeps {
  endpointApp: Pick<EndpointApp, 'getEndpoint'>;
  deliveryLog: DeliveryLog;
  resends: ResendStore;
  nudge: (deliveryId: string) => void;
  /** Deliveries became due. */
  wake: () => void;
  clock: Clock;
}

/** The catalogue's example on its way like any event: stored, signed, tried again. */
export function testDeliveries({ endpointApp, deliveryLog, resends, nudge, wake, clock }: TestDeps) {
  return async function sendTest(caller: Caller, request: TestRequest): Promise<DeliverySummary> {
    const { connectorId, endpointId, eventType, idempotencyKey } = request;
    const endpoint = await endpointApp.getEndpoint(caller.tenant, connectorId, endpointId);
    const type = eventType === '' ? endpoint.events[0] : eventType;
    if (type === undefined || !isWebhookType(type))
      throw invalidField('event_type', `只能是 ${WEBHOOK_TYPES.join('、')}`);
    const at = clock();
    const eventId = idempotencyKey === '' ? newId() : idOfKey(caller.tenant, idempotencyKey);
    const body = bodyOf(exampleFor(endpoint, type, eventId, at), endpoint.payload);
    const delivery = { ...newTest(endpoint, eventId, at), type, body };
    const event = audit({
      caller,
      action: 'webhook.test',
      target: `webhook/${endpointId}/delivery/${delivery.id}`,
      before: null,
      after: { event_type: type },
      at,
    });
    if (await resends.insertOne(delivery, [event])) {
      nudge(delivery.id);
      wake();
    }
    return (await deliveryLog.get(caller.tenant, endpointId, delivery.id)) ?? delivery;
  };
}

/** The same for the same key, so that a repeat meets the first. */
function idOfKey(tenant: string, key: string): string {
  const hash = sha256Hex(JSON.stringify(['test', tenant, key]));
  return `${hash.slice(0, 8)}-${hash.slice(8, 12)}-8${hash.slice(12, 15)}-a${hash.slice(15, 18)}-${hash.slice(18, 30)}`;
}

const newTest = (
  { id, tenant, connectorId, status }: Endpoint,
  eventId: string,
  at: Date,
): Omit<Delivery, 'type' | 'body'> => ({
  id: deliveryId(id, eventId),
  tenant,
  connectorId,
  endpointId: id,
  eventId,
  status: 'pending',
  attemptCount: 0,
  nextAttemptAt: status === 'enabled' ? at : null,
  createdAt: at,
  traceparent: currentTrace()?.traceparent ?? newTraceparent(),
  test: true,
});
