import { auditRecorded, syncCompleted, syncRequested, type Event } from '@crossdock/contracts';
import { currentTrace } from '@crossdock/kernel';
import { durationSeconds, totalOf, type EndStatus, type SyncTask } from '../domain/sync-task.ts';

const SOURCE = '/sync-orchestrator';

const iso = (date: Date | null): string | null => date?.toISOString() ?? null;

export const requestedEvent = (task: SyncTask): Event =>
  syncRequested.create({
    tenantId: task.tenant,
    source: SOURCE,
    data: {
      task_id: task.id,
      connector_id: task.connectorId,
      platform: task.platform,
      sync_type: task.syncType,
      mode: task.mode,
      since: iso(task.since),
      trigger: task.trigger,
    },
  });

export interface Ending {
  status: EndStatus;
  reason: string | null;
  completedAt: Date;
}

/** `products` counts the connector's living products; orders are not synced yet. */
export function completedEvent(task: SyncTask, ending: Ending, products: number): Event {
  const ended = { ...task, ...ending };
  return syncCompleted.create({
    tenantId: task.tenant,
    source: SOURCE,
    data: {
      task_id: task.id,
      connector_id: task.connectorId,
      platform: task.platform,
      sync_type: task.syncType,
      mode: task.mode,
      status: ending.status,
      progress: { total: totalOf(ended), ...task.counters },
      totals: { products, orders_30d: 0 },
      reason: ending.reason,
      started_at: iso(task.start),
      completed_at: ending.completedAt.toISOString(),
      duration_seconds: durationSeconds(ended),
    },
  });
}

/** Who asked for what on a task. */
export const auditEvent = (task: SyncTask, actor: string, action: 'sync.started' | 'sync.cancelled', at: Date): Event =>
  auditRecorded.create({
    tenantId: task.tenant,
    source: SOURCE,
    data: {
      actor,
      action,
      target: `sync_task/${task.id}`,
      before: null,
      after: { connector_id: task.connectorId, sync_type: task.syncType, mode: task.mode, since: iso(task.since) },
      request_id: currentTrace()?.requestId ?? null,
      at: at.toISOString(),
    },
  });
