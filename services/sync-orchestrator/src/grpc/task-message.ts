import type { Task } from '@crossdock/contracts/grpc/sync-orchestrator';
import { durationSeconds, reasonOf, totalOf, type SyncTask } from '../domain/sync-task.ts';

/** A task as readers are told of it. */
export function taskMessage(task: SyncTask): Task {
  return {
    id: task.id,
    connectorId: task.connectorId,
    syncType: task.syncType,
    mode: task.mode,
    status: task.status,
    reason: reasonOf(task) ?? '',
    trigger: task.trigger,
    since: task.since ?? undefined,
    progress: { total: totalOf(task) ?? undefined, ...task.counters },
    createdAt: task.createdAt,
    startedAt: task.start ?? undefined,
    completedAt: task.completedAt ?? undefined,
    durationSeconds: durationSeconds(task) ?? undefined,
    expectedStartAt: (task.status === 'queued' && task.notBefore) || undefined,
    review: task.review ?? undefined,
  };
}
