import type { RecordError, SyncServiceServer, Task } from '@crossdock/contracts/grpc/sync-orchestrator';
import { unary } from '@crossdock/rpc';
import type { CancelSync } from '../app/cancel-sync.ts';
import type { ReadTasks } from '../app/read-tasks.ts';
import type { Begun } from '../app/begin-task.ts';
import type { ReviewDeletions } from '../app/review-deletions.ts';
import type { SyncRecords } from '../app/sync-records.ts';
import type { startSync } from '../app/start-sync.ts';
import { durationSeconds, reasonOf, totalOf, type SyncTask } from '../domain/sync-task.ts';

export interface SyncApp {
  startSync: ReturnType<typeof startSync>;
  cancelSync: CancelSync;
  syncRecords: SyncRecords;
  reviewDeletions: ReviewDeletions;
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
    expectedStartAt: (task.status === 'queued' && task.notBefore) || undefined,
    review: task.review ?? undefined,
  };
}

const begunOf = ({ task, deduplicated }: Begun) => ({ task: toProto(task), deduplicated });

export const syncService = ({ startSync, cancelSync, syncRecords, reviewDeletions, tasks }: SyncApp): SyncServiceServer => ({
  startSync: unary(async ({ since, ...request }, { tenant, actor }) => {
    return begunOf(await startSync({ ...request, since: since ?? null, tenant, actor }));
  }),

  syncRecord: unary(async (request, { tenant, actor }) => begunOf(await syncRecords.one({ ...request, tenant, actor }))),

  retryRecordErrors: unary(async (request, { tenant, actor }) =>
    begunOf(await syncRecords.retry({ ...request, tenant, actor })),
  ),

  approveDeletions: unary(async (request, { tenant, actor }) =>
    begunOf(await reviewDeletions.approve({ ...request, tenant, actor })),
  ),

  discardDeletions: unary(async (request, { tenant, actor }) => ({
    task: toProto(await reviewDeletions.discard({ ...request, tenant, actor })),
  })),

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

  listRecordErrors: unary(async ({ connectorId, taskId, page, pageSize, code, field, externalId }, { tenant }) => {
    const filter = { ...(code && { code }), ...(field && { field }), ...(externalId && { externalId }) };
    const { items, total } = await tasks.recordErrors({ tenant, connectorId, taskId, ...filter }, { page, pageSize });
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
