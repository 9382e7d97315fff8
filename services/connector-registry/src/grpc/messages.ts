import { nextSyncAt } from '@crossdock/contracts';
import type {
  CheckHealthResponse,
  Connector as ConnectorMessage,
  ConnectorStatistics,
  ConnectorType,
  StatusReason as StatusReasonMessage,
} from '@crossdock/contracts/grpc/connector-registry';
import type { PlatformAdapter } from '@crossdock/platforms';
import { shownConfig } from '../app/connector-config.ts';
import type { Connector, Statistics } from '../domain/connector.ts';
import type { Health } from '../domain/health.ts';
import { isAuthorized, stageOf } from '../domain/status.ts';
import { STATUS_REASONS, type StatusReason } from '../domain/status-reasons.ts';

export const connectorMessage = (connector: Connector, adapter: PlatformAdapter): ConnectorMessage => ({
  id: connector.id,
  tenant: connector.tenant,
  name: connector.name,
  platform: connector.platform,
  status: connector.status,
  statusReason: connector.statusReason ?? '',
  statusReasonDetail: connector.statusReason === null ? undefined : reasonMessage(connector.statusReason),
  shopId: connector.shopId,
  shopName: connector.shopName,
  config: shownConfig(adapter.configFields, connector.config),
  syncIntervalMinutes: connector.syncIntervalMinutes,
  statistics: statisticsMessage(connector.statistics),
  nextSyncAt: dueAt(connector),
  createdAt: connector.createdAt,
  updatedAt: connector.updatedAt,
  deletedAt: connector.deletedAt ?? undefined,
  version: connector.version,
  syncTypes: [...adapter.syncTypes],
  revision: connector.revision,
});

function reasonMessage(code: StatusReason): StatusReasonMessage {
  const { zh, en, who, action } = STATUS_REASONS[code];
  return { message: zh, messageEn: en, who, action: action ?? '' };
}

/** Nothing is due before the shop is authorised, nor while it is not, nor while it is paused. */
function dueAt(connector: Connector): Date | undefined {
  const { id, status, statistics, authorization, syncIntervalMinutes } = connector;
  const since = statistics.lastSyncAt ?? authorization?.at;
  const held = ['paused', 'deleted'].includes(stageOf(connector));
  if (since === undefined || held || !isAuthorized(status)) return undefined;
  return nextSyncAt(id, since, syncIntervalMinutes);
}

const statisticsMessage = (statistics: Statistics): ConnectorStatistics => ({
  totalProducts: statistics.totalProducts,
  totalOrders30d: statistics.totalOrders30d,
  lastSyncAt: statistics.lastSyncAt ?? undefined,
  lastSyncStatus: statistics.lastSyncStatus ?? '',
  lastSyncDurationSeconds: statistics.lastSyncDurationSeconds ?? undefined,
});

export const typeMessage = (adapter: PlatformAdapter): ConnectorType => ({
  platform: adapter.platform,
  displayName: adapter.displayName,
  iconUrl: adapter.iconUrl,
  supportedSyncTypes: [...adapter.syncTypes],
  authType: adapter.authType,
  minSyncIntervalMinutes: adapter.minSyncIntervalMinutes,
  configFields: adapter.configFields.map(({ name, required, sensitive }) => ({ name, required, sensitive })),
});

export const healthMessage = ({ lastError, authExpiresAt, checkedAt, ...checks }: Health): CheckHealthResponse => ({
  ...checks,
  lastError: lastError ?? undefined,
  authExpiresAt: authExpiresAt ?? undefined,
  checkedAt: checkedAt ?? undefined,
});
