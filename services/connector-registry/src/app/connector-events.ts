import { auditRecorded, connectorChanged, connectorError, type Event } from '@crossdock/contracts';
import type { Caller, Connector } from '../domain/connector.ts';
import { disconnects, STATUS_REASONS, type StatusReason } from '../domain/status-reasons.ts';

const SOURCE = 'connector-registry';

/** What everybody is told of a change: the new state, and an error that began or ended with it. */
export function changeEvents(before: Connector | null, after: Connector): Event[] {
  const { id, tenant, platform, version, status, statusReason, syncIntervalMinutes, deletedAt, authorization } = after;
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

/** An error, or a pause that nobody asked for, began or ended. */
function troubleEvents(before: Connector | null, after: Connector): Event[] {
  if (after.deletedAt !== null) return [];
  const was = before === null ? null : troubleOf(before);
  const is = troubleOf(after);
  if (is === null) return was === null ? [] : [troubleEvent(after, 'recovered', was, '连接器已恢复')];
  const began = was === null || (before?.status !== 'error' && after.status === 'error');
  return began ? [troubleEvent(after, disconnects(is) ? 'disconnected' : 'error', is, STATUS_REASONS[is].zh)] : [];
}

/** A pause of our own is not over while it is held: nothing runs yet. */
const troubleOf = ({ status, statusReason, heldPause }: Connector): StatusReason | null => {
  if (status === 'error' || statusReason === 'auto_paused') return statusReason;
  return heldPause === 'auto_paused' ? heldPause : null;
};

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
