import { connectorError } from '../events/connector-error.ts';
import type { EventDefinition } from '../events/event.ts';
import { syncCompleted } from '../events/sync-completed.ts';

/** What partners are told over HTTP of an event, under a name of their own. */
export interface WebhookType<D> {
  type: string;
  summary: string;
  of: EventDefinition<D>;
  example: D;
}

// oxlint-disable-next-line typescript/no-explicit-any -- a list of webhooks with different data
export const webhookTypes: WebhookType<any>[] = [
  {
    type: 'sync.completed',
    summary: 'A sync task completed',
    of: syncCompleted,
    example: syncCompleted.example,
  },
  {
    type: 'sync.failed',
    summary: 'A sync task failed; `reason` says why',
    of: syncCompleted,
    example: {
      ...syncCompleted.example,
      status: 'failed',
      progress: { total: 1250, synced: 800, failed: 0, skipped: 3 },
      reason: 'platform_unavailable',
    },
  },
  {
    type: 'connector.disconnected',
    summary: 'A connector lost its shop: its authorisation expired or was revoked',
    of: connectorError,
    example: connectorError.example,
  },
  {
    type: 'connector.error',
    summary: 'A connector stopped working for another reason',
    of: connectorError,
    example: {
      ...connectorError.example,
      kind: 'error',
      reason: 'app_credentials_refused',
      message: '平台拒绝了应用凭证，请检查应用 ID 与密钥',
    },
  },
];
