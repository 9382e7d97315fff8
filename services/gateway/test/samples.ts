import type { Connector } from '@crossdock/contracts/grpc/connector-registry';
import type { Task } from '@crossdock/contracts/grpc/sync-orchestrator';

export const CONNECTOR_ID = '019a0000-0000-7000-8000-000000000001';
export const TASK_ID = '019a0000-0000-7000-8000-000000000002';
export const WEBHOOK_ID = '019a0000-0000-7000-8000-000000000003';

export const at = (time: string): Date => new Date(time);

/** The connector of the document's examples, as the registry would tell it. */
export const connector = (changes: Partial<Connector> = {}): Connector => ({
  id: CONNECTOR_ID,
  tenant: 'demo',
  name: '天猫旗舰店',
  platform: 'tmall',
  status: 'running',
  statusReason: '',
  shopId: 'shop_123456',
  shopName: '品牌官方旗舰店',
  config: { app_key: 'your_***_key', shop_id: 'shop_123456' },
  syncIntervalMinutes: 15,
  statistics: {
    totalProducts: 1250,
    totalOrders30d: 8500,
    lastSyncAt: at('2026-03-14T10:15:00.123Z'),
    lastSyncStatus: 'success',
    lastSyncDurationSeconds: 45,
  },
  nextSyncAt: at('2026-03-14T10:30:00Z'),
  createdAt: at('2026-01-20T08:00:00Z'),
  updatedAt: at('2026-03-14T10:15:00Z'),
  deletedAt: undefined,
  version: 7,
  syncTypes: ['products', 'orders', 'inventory', 'reviews'],
  revision: 3,
  ...changes,
});

/** What a paused connector says of itself. */
export const PAUSED = {
  statusReason: 'paused',
  statusReasonDetail: { message: '已手动暂停', messageEn: 'Paused by a user', who: 'merchant', action: 'resume' },
};

/** The completed task of the document's example. */
export const task = (changes: Partial<Task> = {}): Task => ({
  id: TASK_ID,
  connectorId: CONNECTOR_ID,
  syncType: 'products',
  mode: 'incremental',
  status: 'completed',
  reason: '',
  trigger: 'manual',
  since: undefined,
  progress: { total: 1250, synced: 1250, failed: 0, skipped: 3 },
  createdAt: at('2026-03-14T10:30:00Z'),
  startedAt: at('2026-03-14T10:30:05Z'),
  completedAt: at('2026-03-14T10:30:50Z'),
  durationSeconds: 45,
  expectedStartAt: undefined,
  review: undefined,
  ...changes,
});
