import type { connectorError, DataOf, Event, syncCompleted } from '@crossdock/contracts';
import type { Webhook, WebhookType } from '../domain/webhook.ts';

type SyncCompleted = DataOf<typeof syncCompleted>;
type ConnectorError = DataOf<typeof connectorError>;

const SYNC_TYPES: Record<SyncCompleted['status'], WebhookType | null> = {
  completed: 'sync.completed',
  failed: 'sync.failed',
  cancelled: null,
};

const ERROR_TYPES: Record<ConnectorError['kind'], WebhookType | null> = {
  error: 'connector.error',
  disconnected: 'connector.disconnected',
  recovered: null,
  webhook_failing: null,
  webhook_disabled: null,
};

/** Null for a cancelled task: nobody is told. */
export const webhookOfSync = (event: Event<SyncCompleted>): Webhook | null =>
  webhook(event, SYNC_TYPES[event.data.status]);

/** Null for what is no news to a partner. */
export const webhookOfError = (event: Event<ConnectorError>): Webhook | null =>
  webhook(event, ERROR_TYPES[event.data.kind]);

function webhook(event: Event<{ connector_id: string }>, type: WebhookType | null): Webhook | null {
  if (type === null) return null;
  const { id, time, tenantId, traceparent, data } = event;
  return {
    tenant: tenantId,
    connectorId: data.connector_id,
    payload: { id, type, timestamp: time, data },
    traceparent,
  };
}
