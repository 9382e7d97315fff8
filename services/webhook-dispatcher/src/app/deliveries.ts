import { AppError, type Clock, invalidField } from '@crossdock/kernel';
import { DELIVERY_STATUSES, type DeliveryStatus } from '../domain/delivery.ts';
import type { Caller } from '../domain/endpoint.ts';
import { isWebhookType, WEBHOOK_TYPES } from '../domain/webhook.ts';
import type { AttemptStore } from '../store/attempts.ts';
import type { DeliveryLog, DeliverySummary } from '../store/delivery-log.ts';
import type { ResendStore } from '../store/resends.ts';
import { audit } from './endpoint-events.ts';
import type { EndpointApp } from './endpoints.ts';
import type { Page } from './page.ts';

export interface DeliveryQuery {
  /** '' for any. */
  status: string;
  type: string;
  since: Date | undefined;
  until: Date | undefined;
}

/** One delivery of one endpoint, as a path names it. */
export interface DeliveryPath {
  connectorId: string;
  endpointId: string;
  id: string;
}

export interface DeliveryDeps {
  endpointApp: Pick<EndpointApp, 'getEndpoint'>;
  deliveryLog: DeliveryLog;
  attempts: AttemptStore;
  resends: ResendStore;
  nudge: (deliveryId: string) => void;
  /** Deliveries became due. */
  wake: () => void;
  clock: Clock;
}

const isStatus = (text: string): text is DeliveryStatus => (DELIVERY_STATUSES as readonly string[]).includes(text);

const refusedResend = (code: string, message: string) => new AppError('conflict', code, message);

/** What was sent to an endpoint, and every try. */
export function deliveryApp({ endpointApp, deliveryLog, attempts, resends, nudge, wake, clock }: DeliveryDeps) {
  async function listDeliveries(
    tenant: string,
    connectorId: string,
    endpointId: string,
    query: DeliveryQuery,
    { skip, limit }: Page,
  ) {
    const { status, type, since, until } = query;
    if (status !== '' && !isStatus(status)) throw invalidField('status', `只能是 ${DELIVERY_STATUSES.join('、')}`);
    if (type !== '' && !isWebhookType(type)) throw invalidField('type', `只能是 ${WEBHOOK_TYPES.join('、')}`);
    await endpointApp.getEndpoint(tenant, connectorId, endpointId);
    const filter = {
      ...(status !== '' && { status }),
      ...(type !== '' && { type }),
      ...(since && { since }),
      ...(until && { until }),
    };
    return deliveryLog.list(tenant, endpointId, filter, skip, limit);
  }

  async function readDelivery(tenant: string, endpointId: string, id: string): Promise<DeliverySummary> {
    const delivery = await deliveryLog.get(tenant, endpointId, id);
    if (delivery === null) throw new AppError('not_found', 'DELIVERY_NOT_FOUND', '投递记录不存在');
    return delivery;
  }

  async function getDelivery(tenant: string, { connectorId, endpointId, id }: DeliveryPath) {
    await endpointApp.getEndpoint(tenant, connectorId, endpointId);
    const delivery = await readDelivery(tenant, endpointId, id);
    return { delivery, attempts: await attempts.of(id) };
  }

  /** The same delivery and bytes once more, its schedule from the beginning. One that is being sent at this moment is left to that. */
  async function resend(
    caller: Caller,
    { connectorId, endpointId, id }: DeliveryPath,
    key: string,
  ): Promise<DeliverySummary> {
    const endpoint = await endpointApp.getEndpoint(caller.tenant, connectorId, endpointId);
    const before = await readDelivery(caller.tenant, endpointId, id);
    if (before.status === 'cancelled') throw refusedResend('DELIVERY_CANCELLED', '投递已取消，不能重新发送');
    if (before.reason === 'payload_expired') throw refusedResend('PAYLOAD_EXPIRED', '投递内容已过保留期，不能重新发送');
    if (before.reason === 'payload_too_large')
      throw refusedResend('PAYLOAD_TOO_LARGE', '投递内容超过 256 KiB，不能发送');
    const at = clock();
    const event = audit({
      caller,
      action: 'webhook.resend',
      target: `webhook/${endpointId}/delivery/${id}`,
      before: { status: before.status, attempt_count: before.attemptCount },
      after: { status: 'pending' },
      at,
    });
    if (await resends.resend(id, endpoint.status === 'enabled' ? at : null, key, [event])) {
      nudge(id);
      wake();
    } else if (!(await resends.hasBytes(id)))
      throw refusedResend('PAYLOAD_EXPIRED', '投递内容已过保留期，不能重新发送');
    return readDelivery(caller.tenant, endpointId, id);
  }

  return { listDeliveries, getDelivery, resend };
}

export type DeliveryApp = ReturnType<typeof deliveryApp>;
