import { expect, test } from '@jest/globals';
import { connectorError, syncCompleted } from '@crossdock/contracts';
import { bodyOf } from '../domain/webhook.ts';
import { webhookOfError, webhookOfSync } from './webhook-of.ts';

const at = '2026-03-14T10:15:00.000Z';

const syncEvent = (status: 'completed' | 'failed' | 'cancelled') =>
  syncCompleted.create({
    tenantId: 'demo',
    source: 'sync-orchestrator',
    data: {
      task_id: 't1',
      connector_id: 'c1',
      platform: 'tmall',
      sync_type: 'products',
      mode: 'full',
      status,
      progress: { total: 1, synced: 1, failed: 0, skipped: 0 },
      totals: { products: 1, orders_30d: 0 },
      reason: null,
      started_at: at,
      completed_at: at,
      duration_seconds: 1,
    },
  });

const errorEvent = (kind: 'error' | 'disconnected' | 'recovered' | 'webhook_failing' | 'webhook_disabled') =>
  connectorError.create({
    tenantId: 'demo',
    source: 'connector-registry',
    data: {
      connector_id: 'c1',
      platform: 'tmall',
      version: 3,
      kind,
      reason: 'auth_revoked',
      message: '授权已失效',
      at,
    },
  });

test.each([
  ['completed', 'sync.completed'],
  ['failed', 'sync.failed'],
  ['cancelled', undefined],
] as const)('a task that ended as %s is told as %s', (status, type) => {
  expect(webhookOfSync(syncEvent(status))?.payload.type).toBe(type);
});

test.each([
  ['error', 'connector.error'],
  ['disconnected', 'connector.disconnected'],
  ['recovered', undefined],
  ['webhook_failing', undefined],
  ['webhook_disabled', undefined],
] as const)('a connector error of kind %s is told as %s', (kind, type) => {
  expect(webhookOfError(errorEvent(kind))?.payload.type).toBe(type);
});

test('the body is the event’s id, the type, its time and its value; a thin one keeps the ids alone', () => {
  const event = syncEvent('failed');
  const webhook = webhookOfSync(event);
  expect(webhook).toMatchObject({ tenant: 'demo', connectorId: 'c1', payload: { id: event.id } });
  const told = { id: event.id, type: 'sync.failed', timestamp: event.time };
  expect(JSON.parse(bodyOf(webhook!.payload, 'full'))).toEqual({ ...told, data: event.data });
  expect(JSON.parse(bodyOf(webhook!.payload, 'thin'))).toEqual({
    ...told,
    data: { task_id: 't1', connector_id: 'c1' },
  });
});
