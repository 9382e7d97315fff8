import { AppError, invalidField } from '@crossdock/kernel';
import type { RecordErrorStore } from '../store/record-errors.ts';
import { beginTask, syncable, type BeginTaskDeps, type Begun, type TaskRequest } from './begin-task.ts';
import type { ReadTasks } from './read-tasks.ts';

export interface RetryErrors extends Omit<TaskRequest, 'syncType'> {
  taskId: string;
  /** Some of the task's errors; none named means all. */
  externalIds: string[];
}

export interface SyncRecordsDeps extends BeginTaskDeps {
  errors: RecordErrorStore;
  readTasks: ReadTasks;
}

/** Reads single records again, by their ids. */
export function syncRecords(deps: SyncRecordsDeps) {
  const { errors, readTasks } = deps;
  const what = { kind: 'records', mode: 'incremental', since: null } as const;
  return {
    async one(request: TaskRequest & { externalId: string }): Promise<Begun> {
      const connector = await syncable(deps, request);
      if (!/^[^\s\p{Cc}]+$/u.test(request.externalId)) throw invalidField('external_id', '记录编号无效');
      return beginTask(deps, connector, request, {
        ...what,
        trigger: 'manual',
        wanted: { ids: [request.externalId], errorsOf: null },
      });
    },

    /** Tries the records again that a task could not sync. */
    async retry(request: RetryErrors): Promise<Begun> {
      const { tenant, connectorId, taskId, externalIds } = request;
      const { syncType } = await readTasks.get(tenant, connectorId, taskId);
      const known = await errors.refs(taskId, externalIds);
      const strange = externalIds.filter((id) => !known.has(id));
      if (strange.length > 0) throw unknownErrors(strange);
      if (externalIds.length === 0 && (await errors.idsAfter(taskId, null, 1, null)).length === 0)
        throw new AppError('conflict', 'NO_RECORD_ERRORS', '该任务没有失败的记录');
      const asked = { ...request, syncType };
      const connector = await syncable(deps, asked);
      const wanted = { ids: externalIds.length > 0 ? externalIds : null, errorsOf: taskId };
      return beginTask(deps, connector, asked, { ...what, trigger: 'retry', wanted });
    },
  };
}

export type SyncRecords = ReturnType<typeof syncRecords>;

const unknownErrors = (ids: string[]): AppError =>
  invalidField('external_ids', `该任务没有这些失败记录：${ids.slice(0, 5).join('、')}`);
