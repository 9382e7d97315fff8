import type { RecordError, SyncServiceServer, Task } from '@crossdock/contracts/grpc/sync-orchestrator';
import { unary } from '@crossdock/rpc';
import type { CancelSync } from '../app/cancel-sync.ts';
import type { ReadTasks } from '../app/read-tasks.ts';
import type { startSync } from '../app/start-sync.ts';
import { durationSeconds, reasonOf, totalOf, type SyncTask } from '../domain/sync-task.ts';

export interface SyncApp {
  startSync: ReturnType<typeof startSync>;
  cancelSync: CancelSync;
  tasks: ReadTasks;
}

function toProto(task: SyncTask): Task {
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
  };
}

export const syncService = ({ startSync, cancelSync, tasks }: SyncApp): SyncServiceServer => ({
  startSync: unary(async ({ since, ...request }, { tenant, actor }) => {
    const { task, deduplicated } = await startSync({ ...request, since: since ?? null, tenant, actor });
    return { task: toProto(task), deduplicated };
  }),

  getTask: unary(async ({ connectorId, taskId }, { tenant }) => ({
    task: toProto(await tasks.get(tenant, connectorId, taskId)),
  })),

  listTasks: unary(async ({ connectorId, syncType, status, page, pageSize }, { tenant }) => {
    const { items, total } = await tasks.list({ tenant, connectorId, syncType, status }, { page, pageSize });
    return { items: items.map(toProto), total };
  }),

  cancelTask: unary(async ({ connectorId, taskId }, { tenant, actor }) => ({
    task: toProto(await cancelSync.cancel({ tenant, actor, connectorId, taskId })),
  })),

  listRecordErrors: unary(async ({ connectorId, taskId, page, pageSize }, { tenant }) => {
    const { items, total } = await tasks.recordErrors(tenant, connectorId, taskId, { page, pageSize });
    return {
      items: items.map(({ externalId, code, field, message, at }): RecordError => ({
        externalId,
        code,
        field,
        message,
        at,
      })),
      total,
    };
  }),
});
