import type { RecordError, SyncServiceServer } from '@crossdock/contracts/grpc/sync-orchestrator';
import { unary } from '@crossdock/rpc';
import type { CancelSync } from '../app/cancel-sync.ts';
import type { ReadTasks } from '../app/read-tasks.ts';
import type { Begun } from '../app/begin-task.ts';
import type { ReviewDeletions } from '../app/review-deletions.ts';
import type { SyncRecords } from '../app/sync-records.ts';
import type { startSync } from '../app/start-sync.ts';
import type { WatchTasks } from '../app/watch-task.ts';
import { taskMessage } from './task-message.ts';
import { watchTask } from './watch-task.ts';

export interface SyncApp {
  startSync: ReturnType<typeof startSync>;
  cancelSync: CancelSync;
  syncRecords: SyncRecords;
  reviewDeletions: ReviewDeletions;
  tasks: ReadTasks;
  watching: WatchTasks;
}

const begunOf = ({ task, deduplicated }: Begun) => ({ task: taskMessage(task), deduplicated });

export const syncService = ({
  startSync,
  cancelSync,
  syncRecords,
  reviewDeletions,
  tasks,
  watching,
}: SyncApp): SyncServiceServer => ({
  startSync: unary(async ({ since, ...request }, { tenant, actor }) => {
    return begunOf(await startSync({ ...request, since: since ?? null, tenant, actor }));
  }),

  syncRecord: unary(async (request, { tenant, actor }) =>
    begunOf(await syncRecords.one({ ...request, tenant, actor })),
  ),

  retryRecordErrors: unary(async (request, { tenant, actor }) =>
    begunOf(await syncRecords.retry({ ...request, tenant, actor })),
  ),

  approveDeletions: unary(async (request, { tenant, actor }) =>
    begunOf(await reviewDeletions.approve({ ...request, tenant, actor })),
  ),

  discardDeletions: unary(async (request, { tenant, actor }) => ({
    task: taskMessage(await reviewDeletions.discard({ ...request, tenant, actor })),
  })),

  getTask: unary(async ({ connectorId, taskId }, { tenant }) => ({
    task: taskMessage(await tasks.get(tenant, connectorId, taskId)),
  })),

  watchTask: watchTask(watching),

  listTasks: unary(async ({ connectorId, syncType, status, page, pageSize }, { tenant }) => {
    const { items, total } = await tasks.list({ tenant, connectorId, syncType, status }, { page, pageSize });
    return { items: items.map(taskMessage), total };
  }),

  cancelTask: unary(async ({ connectorId, taskId }, { tenant, actor }) => ({
    task: taskMessage(await cancelSync.cancel({ tenant, actor, connectorId, taskId })),
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
