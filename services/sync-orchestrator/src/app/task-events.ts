import { auditRecorded, syncCompleted, syncRequested, type Event } from '@crossdock/contracts';
import { currentTrace } from '@crossdock/kernel';
import { SCOPES } from '../domain/kind.ts';
import { durationSeconds, totalOf, type EndStatus, type SyncTask } from '../domain/sync-task.ts';

export const SOURCE = 'sync-orchestrator';

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

/** What a connector holds now. */
export interface Totals {
  products: number;
  orders_30d: number;
}

export function completedEvent(task: SyncTask, ending: Ending, totals: Totals): Event {
  const ended = { ...task, ...ending };
  const scope = SCOPES[task.kind];
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
      totals: { ...totals },
      reason: ending.reason,
      started_at: iso(task.start),
      completed_at: ending.completedAt.toISOString(),
      duration_seconds: durationSeconds(ended),
      ...(scope && { scope }),
    },
  });
}

type TaskAction = 'sync.started' | 'sync.cancelled' | 'deletions.approved' | 'deletions.discarded';

/** Who asked for what on a task. */
export const auditEvent = (task: SyncTask, actor: string, action: TaskAction, at: Date): Event =>
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
