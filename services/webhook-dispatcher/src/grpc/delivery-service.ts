import type {
  Attempt as AttemptMessage,
  Delivery as DeliveryMessage,
  DeliveryServiceServer,
} from '@crossdock/contracts/grpc/webhook-dispatcher';
import { unary } from '@crossdock/rpc';
import type { DeliveryApp } from '../app/deliveries.ts';
import { pageOf } from '../app/page.ts';
import type { Attempt } from '../domain/attempt.ts';
import type { DeliverySummary } from '../store/delivery-log.ts';

const toMessage = (delivery: DeliverySummary): DeliveryMessage => ({
  id: delivery.id,
  eventId: delivery.eventId,
  eventType: delivery.type,
  status: delivery.status,
  attemptCount: delivery.attemptCount,
  nextAttemptAt: delivery.nextAttemptAt ?? undefined,
  createdAt: delivery.createdAt,
});

const attemptMessage = ({
  number,
  at,
  trigger,
  statusCode,
  responseBody,
  timings,
  blame,
  error,
}: Attempt): AttemptMessage => ({
  number,
  at,
  trigger,
  statusCode: statusCode ?? undefined,
  responseBody,
  durationMs: Math.round(timings.total),
  blame,
  error,
});

export const deliveryService = (app: DeliveryApp): Pick<DeliveryServiceServer, keyof DeliveryServiceServer> => ({
  listDeliveries: unary(async (request, { tenant }) => {
    const { connectorId, endpointId } = request;
    const { items, total } = await app.listDeliveries(tenant, connectorId, endpointId, request, pageOf(request));
    return { items: items.map(toMessage), total };
  }),
  getDelivery: unary(async ({ connectorId, endpointId, id }, { tenant }) => {
    const { delivery, attempts } = await app.getDelivery(tenant, connectorId, endpointId, id);
    return { delivery: toMessage(delivery), attempts: attempts.map(attemptMessage) };
  }),
});
