import { auditRecorded, connectorError, type Event } from '@crossdock/contracts';
import type { Caller, Endpoint } from '../domain/endpoint.ts';

const SOURCE = 'webhook-dispatcher';

/** Who acts when nobody asked. */
export const systemCaller = (tenant: string): Caller => ({ tenant, actor: `system:${SOURCE}`, requestId: '' });

const auditView = ({ connectorId, url, events, status, disabledReason, secretHint }: Endpoint) => ({
  connector_id: connectorId,
  url,
  events,
  status,
  disabled_reason: disabledReason,
  secret: secretHint,
});

type Change = { caller: Caller; action: string; before: Endpoint | null; after: Endpoint | null; at: Date };

/** Who did what to an endpoint; of its secret only the hint is told. */
export function auditEvent({ caller, action, before, after, at }: Change): Event {
  return auditRecorded.create({
    tenantId: caller.tenant,
    source: SOURCE,
    time: at,
    data: {
      actor: caller.actor,
      action,
      target: `webhook/${(after ?? before)?.id}`,
      before: before && auditView(before),
      after: after && auditView(after),
      request_id: caller.requestId || null,
      at: at.toISOString(),
    },
  });
}

/** An endpoint was disabled by us. Version 0: it says nothing about the connector's own state. */
export const webhookDisabled = ({ tenant, connectorId, platform, url }: Endpoint, reason: string, at: Date): Event =>
  connectorError.create({
    tenantId: tenant,
    source: SOURCE,
    time: at,
    data: {
      connector_id: connectorId,
      platform,
      version: 0,
      kind: 'webhook_disabled',
      reason,
      message: `Webhook ${url} 已停用：接收方表示该地址不再使用（HTTP 410）`,
      at: at.toISOString(),
    },
  });
