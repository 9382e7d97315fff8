import { auditRecorded, connectorChanged, connectorError, type Event } from '@crossdock/contracts';
import type { Caller, Connector } from '../domain/connector.ts';
import { disconnects, STATUS_REASONS } from '../domain/status-reasons.ts';

const SOURCE = 'connector-registry';

/** Who acts when nobody asked. */
export const systemCaller = (tenant: string): Caller => ({ tenant, actor: `system:${SOURCE}`, requestId: '' });

/** What everybody is told of a change: the new state, and an error that began or ended with it. */
export function changeEvents(before: Connector | null, after: Connector): Event[] {
  const { id, tenant, platform, version, status, statusReason, syncIntervalMinutes, deletedAt, authorization } =
    after;
  const changed = connectorChanged.create({
    tenantId: tenant,
    source: SOURCE,
    time: after.updatedAt,
    data: {
      connector_id: id,
      platform,
      version,
      status,
      status_reason: statusReason,
      sync_interval_minutes: syncIntervalMinutes,
      deleted: deletedAt !== null,
      authorized_at: authorization?.at.toISOString() ?? null,
    },
  });
  return [changed, ...troubleEvents(before, after)];
}

function troubleEvents(before: Connector | null, after: Connector): Event[] {
  if (after.status === 'error' && before?.status !== 'error' && after.statusReason !== null) {
    const kind = disconnects(after.statusReason) ? 'disconnected' : 'error';
    return [troubleEvent(after, kind, after.statusReason, STATUS_REASONS[after.statusReason].zh)];
  }
  if (before?.status === 'error' && after.status !== 'error') {
    return [troubleEvent(after, 'recovered', before.statusReason ?? 'recovered', '连接器已恢复')];
  }
  return [];
}

const troubleEvent = (
  connector: Connector,
  kind: 'error' | 'disconnected' | 'recovered',
  reason: string,
  message: string,
): Event =>
  connectorError.create({
    tenantId: connector.tenant,
    source: SOURCE,
    time: connector.updatedAt,
    data: {
      connector_id: connector.id,
      platform: connector.platform,
      version: connector.version,
      kind,
      reason,
      message,
      at: connector.updatedAt.toISOString(),
    },
  });

/** Who did what; `before` and `after` hold nothing secret. */
export const auditEvent = (
  { actor, requestId }: Caller,
  action: string,
  connector: Connector,
  before: unknown,
  after: unknown,
): Event =>
  auditRecorded.create({
    tenantId: connector.tenant,
    source: SOURCE,
    time: connector.updatedAt,
    data: {
      actor,
      action,
      target: `connector/${connector.id}`,
      before,
      after,
      request_id: requestId || null,
      at: connector.updatedAt.toISOString(),
    },
  });
