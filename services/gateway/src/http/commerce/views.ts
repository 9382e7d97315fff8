import type {
  CheckHealthResponse,
  Connector,
  ConnectorType,
  StatusReason,
} from '@crossdock/contracts/grpc/connector-registry';
import type { Record as SyncedRecord, RecordError, Task } from '@crossdock/contracts/grpc/sync-orchestrator';
import type { Attempt, Delivery, Endpoint } from '@crossdock/contracts/grpc/webhook-dispatcher';
import { pagesOf } from '../link.ts';
import { iso } from '../times.ts';
import { endpointOptions, timelineView } from './webhook-views.ts';

/** What commerce answers show, key by key in the document's order. */

const orNull = (text: string): string | null => (text === '' ? null : text);

export const pageView = <T>(items: T[], total: number, page: number, pageSize: number) => ({
  items,
  total,
  page,
  page_size: pageSize,
  pages: pagesOf(total, pageSize),
});

export const connectorItem = (connector: Connector) => ({
  id: connector.id,
  name: connector.name,
  platform: connector.platform,
  status: connector.status,
  status_reason: orNull(connector.statusReason),
  shop_name: orNull(connector.shopName),
  last_sync_at: iso(connector.statistics?.lastSyncAt),
  next_sync_at: iso(connector.nextSyncAt),
  sync_interval_minutes: connector.syncIntervalMinutes,
  created_at: iso(connector.createdAt),
});

export const createdConnector = (connector: Connector, authUrl: string) => ({
  id: connector.id,
  name: connector.name,
  platform: connector.platform,
  status: connector.status,
  auth_url: authUrl,
  created_at: iso(connector.createdAt),
});

export const connectorDetail = (connector: Connector) => ({
  id: connector.id,
  name: connector.name,
  platform: connector.platform,
  status: connector.status,
  status_reason: orNull(connector.statusReason),
  ...(connector.statusReasonDetail && { status_reason_detail: reasonView(connector.statusReasonDetail) }),
  shop_name: orNull(connector.shopName),
  config: { ...connector.config, sync_interval_minutes: connector.syncIntervalMinutes },
  stats: {
    total_products: connector.statistics?.totalProducts ?? 0,
    total_orders_30d: connector.statistics?.totalOrders30d ?? 0,
    last_sync_at: iso(connector.statistics?.lastSyncAt),
    last_sync_status: orNull(connector.statistics?.lastSyncStatus ?? ''),
    last_sync_duration_seconds: connector.statistics?.lastSyncDurationSeconds ?? null,
  },
  created_at: iso(connector.createdAt),
  updated_at: iso(connector.updatedAt),
});

const reasonView = ({ message, messageEn, who, action }: StatusReason) => ({
  message,
  message_en: messageEn,
  who,
  action: orNull(action),
});

export const connectorType = (type: ConnectorType) => ({
  platform: type.platform,
  display_name: type.displayName,
  icon_url: type.iconUrl,
  supported_sync_types: type.supportedSyncTypes,
  auth_type: type.authType,
  min_sync_interval_minutes: type.minSyncIntervalMinutes,
  config_schema: Object.fromEntries(
    type.configFields.map(({ name, required, sensitive }) => [
      name,
      { type: 'string', required, ...(sensitive ? { sensitive } : {}) },
    ]),
  ),
});

export const healthView = (connectorId: string, health: CheckHealthResponse) => ({
  connector_id: connectorId,
  status: health.status,
  checks: {
    auth_valid: health.authValid,
    api_reachable: health.apiReachable,
    rate_limit_ok: health.rateLimitOk,
    last_error: health.lastError ?? null,
  },
  auth_expires_at: iso(health.authExpiresAt),
  checked_at: iso(health.checkedAt),
});

export const submittedTask = (task: Task, deduplicated: boolean) => ({
  task_id: task.id,
  connector_id: task.connectorId,
  sync_type: task.syncType,
  mode: task.mode,
  status: task.status,
  created_at: iso(task.createdAt),
  ...(deduplicated ? { deduplicated } : {}),
});

export const taskView = (task: Task) => ({
  task_id: task.id,
  connector_id: task.connectorId,
  sync_type: task.syncType,
  mode: task.mode,
  status: task.status,
  reason: orNull(task.reason),
  trigger: task.trigger,
  progress: {
    total: task.progress?.total ?? null,
    synced: task.progress?.synced ?? 0,
    failed: task.progress?.failed ?? 0,
    skipped: task.progress?.skipped ?? 0,
  },
  started_at: iso(task.startedAt),
  completed_at: iso(task.completedAt),
  duration_seconds: task.durationSeconds ?? null,
  ...(task.expectedStartAt === undefined ? {} : { expected_start_at: iso(task.expectedStartAt) }),
  ...(task.review === undefined
    ? {}
    : { review: { gone: task.review.gone, living: task.review.living, decision: task.review.decision } }),
});

export const recordErrorView = (error: RecordError) => ({
  external_id: error.externalId,
  code: error.code,
  field: orNull(error.field),
  message: error.message,
  at: iso(error.at),
});

export const recordView = (record: SyncedRecord) => ({
  external_id: record.externalId,
  ...(JSON.parse(record.fieldsJson || '{}') as object),
  source_updated_at: iso(record.sourceUpdatedAt),
  synced_at: iso(record.syncedAt),
  deleted_at: iso(record.deletedAt),
});

export const createdEndpoint = (endpoint: Endpoint) => ({
  id: endpoint.id,
  url: endpoint.url,
  events: endpoint.events,
  status: endpoint.status,
  secret_hint: endpoint.secretHint,
  ...(endpoint.secret === '' ? {} : { secret: endpoint.secret }),
  ...(endpoint.weakSecret ? { weak_secret: true } : {}),
  created_at: iso(endpoint.createdAt),
});

export const endpointView = (endpoint: Endpoint) => ({
  id: endpoint.id,
  url: endpoint.url,
  events: endpoint.events,
  status: endpoint.status,
  disabled_reason: orNull(endpoint.disabledReason),
  secret_hint: endpoint.secretHint,
  ...(endpoint.weakSecret ? { weak_secret: true } : {}),
  ...endpointOptions(endpoint),
  live_secrets: endpoint.liveSecrets,
  breaker_open_until: iso(endpoint.breakerOpenUntil),
  failing_since: iso(endpoint.failingSince),
  created_at: iso(endpoint.createdAt),
});

export const deliveryView = (delivery: Delivery) => ({
  id: delivery.id,
  event_id: delivery.eventId,
  event_type: delivery.eventType,
  status: delivery.status,
  attempt_count: delivery.attemptCount,
  next_attempt_at: iso(delivery.nextAttemptAt),
  reason: orNull(delivery.reason),
  test: delivery.test,
  created_at: iso(delivery.createdAt),
});

export const attemptView = (attempt: Attempt) => ({
  number: attempt.number,
  at: iso(attempt.at),
  trigger: attempt.trigger,
  status_code: attempt.statusCode ?? null,
  response_body: attempt.responseBody,
  duration_ms: attempt.durationMs,
  ...timelineView(attempt),
  address: orNull(attempt.address),
  request_headers: attempt.requestHeaders,
  blame: orNull(attempt.blame),
  error: orNull(attempt.error),
  next_attempt_at: iso(attempt.nextAttemptAt),
});
