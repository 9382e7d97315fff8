import type { DeliveryServiceServer } from '@crossdock/contracts/grpc/webhook-dispatcher';
import { unary } from '@crossdock/rpc';
import type { DeliveryApp } from '../app/deliveries.ts';
import { pageOf } from '../app/page.ts';
import type { RecoveryApp } from '../app/recoveries.ts';
import type { testDeliveries } from '../app/test-delivery.ts';
import type { Attempt } from '../domain/attempt.ts';
import { attemptMessage, deliveryMessage, recoveryMessage } from './messages.ts';

interface DeliveryFunctions {
  app: DeliveryApp;
  sendTest: ReturnType<typeof testDeliveries>;
  recovery: RecoveryApp;
}

const attemptOf = ({ number, trigger, verdict: { nextAttemptAt }, ...result }: Attempt) =>
  attemptMessage(result, { number, trigger, nextAttemptAt });

export const deliveryService = ({
  app,
  sendTest,
  recovery,
}: DeliveryFunctions): Pick<DeliveryServiceServer, keyof DeliveryServiceServer> => ({
  listDeliveries: unary(async (request, { tenant }) => {
    const { connectorId, endpointId } = request;
    const { items, total } = await app.listDeliveries(tenant, connectorId, endpointId, request, pageOf(request));
    return { items: items.map(deliveryMessage), total };
  }),
  getDelivery: unary(async (path, { tenant }) => {
    const { delivery, attempts } = await app.getDelivery(tenant, path);
    return { delivery: deliveryMessage(delivery), attempts: attempts.map(attemptOf) };
  }),
  resendDelivery: unary(async ({ idempotencyKey, ...path }, { tenant, actor, requestId }) => ({
    delivery: deliveryMessage(await app.resend({ tenant, actor, requestId }, path, idempotencyKey)),
  })),
  sendTest: unary(async (request, { tenant, actor, requestId }) => ({
    delivery: deliveryMessage(await sendTest({ tenant, actor, requestId }, request)),
  })),
  startRecovery: unary(async (request, { tenant, actor, requestId }) => ({
    recovery: recoveryMessage(await recovery.startRecovery({ tenant, actor, requestId }, request)),
  })),
  getRecovery: unary(async (path, { tenant }) => ({
    recovery: recoveryMessage(await recovery.getRecovery(tenant, path)),
  })),
  cancelRecovery: unary(async (path, { tenant, actor, requestId }) => ({
    recovery: recoveryMessage(await recovery.cancelRecovery({ tenant, actor, requestId }, path)),
  })),
});
