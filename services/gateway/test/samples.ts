import type { Connector } from '@crossdock/contracts/grpc/connector-registry';
import type { Task } from '@crossdock/contracts/grpc/sync-orchestrator';
import type { Attempt, Delivery, Endpoint, Recovery } from '@crossdock/contracts/grpc/webhook-dispatcher';

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

export const USUAL_SCHEDULE = [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400];

/** The webhook of the document's example, as the dispatcher would tell it. */
export const endpoint = (changes: Partial<Endpoint> = {}): Endpoint => ({
  id: WEBHOOK_ID,
  connectorId: CONNECTOR_ID,
  url: 'https://your-system.com/webhook/nolux',
  events: ['sync.completed', 'sync.failed'],
  status: 'enabled',
  disabledReason: '',
  secretHint: '***cret',
  secret: '',
  createdAt: at('2026-03-14T10:30:00Z'),
  weakSecret: false,
  liveSecrets: 1,
  filterJson: '',
  headers: {},
  retrySchedule: USUAL_SCHEDULE,
  throttle: undefined,
  payload: 'full',
  revision: 4,
  breakerOpenUntil: undefined,
  failingSince: undefined,
  ...changes,
});

export const delivery = (changes: Partial<Delivery> = {}): Delivery => ({
  id: TASK_ID,
  eventId: 'e1',
  eventType: 'sync.completed',
  status: 'delivered',
  attemptCount: 1,
  nextAttemptAt: undefined,
  createdAt: at('2026-03-14T10:30:51Z'),
  reason: '',
  test: false,
  ...changes,
});

export const attempt = (changes: Partial<Attempt> = {}): Attempt => ({
  number: 1,
  at: at('2026-03-14T10:30:51Z'),
  trigger: 'schedule',
  statusCode: 200,
  responseBody: 'ok',
  durationMs: 12,
  blame: '',
  error: '',
  timeline: { dns: undefined, connect: undefined, tls: undefined, firstByte: 11.5, total: 12.346 },
  address: '203.0.113.7',
  requestHeaders: { 'webhook-timestamp': '1773484251' },
  nextAttemptAt: undefined,
  ...changes,
});

export const recovery = (changes: Partial<Recovery> = {}): Recovery => ({
  id: TASK_ID,
  status: 'running',
  dryRun: false,
  count: 12,
  processed: 8,
  resent: 7,
  skipped: 1,
  since: at('2026-03-13T00:00:00Z'),
  until: at('2026-03-14T11:00:00Z'),
  ofStatus: 'failed',
  ofTypes: [],
  createdAt: at('2026-03-14T11:00:00Z'),
  completedAt: undefined,
  ...changes,
});
