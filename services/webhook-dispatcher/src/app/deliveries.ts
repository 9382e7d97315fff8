import { AppError, invalidField } from '@crossdock/kernel';
import { DELIVERY_STATUSES, type DeliveryStatus } from '../domain/delivery.ts';
import { isWebhookType, WEBHOOK_TYPES } from '../domain/webhook.ts';
import type { AttemptStore } from '../store/attempts.ts';
import type { DeliveryLog } from '../store/delivery-log.ts';
import type { EndpointApp } from './endpoints.ts';
import type { Page } from './page.ts';

export interface DeliveryQuery {
  /** '' for any. */
  status: string;
  type: string;
  since: Date | undefined;
  until: Date | undefined;
}

export interface DeliveryDeps {
  endpointApp: Pick<EndpointApp, 'getEndpoint'>;
  log: DeliveryLog;
  attempts: AttemptStore;
}

const isStatus = (text: string): text is DeliveryStatus => (DELIVERY_STATUSES as readonly string[]).includes(text);

/** What was sent to an endpoint, and every try. */
export function deliveryApp({ endpointApp, log, attempts }: DeliveryDeps) {
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
    return log.list(tenant, endpointId, filter, skip, limit);
  }

  async function getDelivery(tenant: string, connectorId: string, endpointId: string, id: string) {
    await endpointApp.getEndpoint(tenant, connectorId, endpointId);
    const delivery = await log.get(tenant, endpointId, id);
    if (delivery === null) throw new AppError('not_found', 'DELIVERY_NOT_FOUND', '投递记录不存在');
    return { delivery, attempts: await attempts.of(id) };
  }

  return { listDeliveries, getDelivery };
}

export type DeliveryApp = ReturnType<typeof deliveryApp>;
