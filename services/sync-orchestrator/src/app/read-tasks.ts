import { AppError } from '@crossdock/kernel';
import type { RecordErrorStore } from '../store/record-errors.ts';
import type { SyncTask } from '../domain/sync-task.ts';
import type { SyncTaskStore } from '../store/sync-tasks.ts';

export interface ReadDeps {
  tasks: SyncTaskStore;
  errors: RecordErrorStore;
  /** Throws not_found for a connector the tenant never had; a deleted one's history stays readable. */
  knownConnector(tenant: string, id: string): Promise<void>;
}

export interface ErrorFilter {
  tenant: string;
  connectorId: string;
  taskId: string;
  code?: string;
  field?: string;
  externalId?: string;
}

export interface Paging {
  page: number;
  pageSize: number;
}

const skipOf = ({ page, pageSize }: Paging): number => (page - 1) * pageSize;

/** Reads of the tasks of one tenant's connector. */
export function readTasks({ tasks, errors, knownConnector }: ReadDeps) {
  async function get(tenant: string, connectorId: string, taskId: string): Promise<SyncTask> {
    const task = await tasks.get(tenant, connectorId, taskId);
    if (task === null) throw new AppError('not_found', '', '同步任务不存在');
    return task;
  }
  return {
    get,

    async list(filter: { tenant: string; connectorId: string; syncType: string; status: string }, paging: Paging) {
      const { tenant, connectorId, syncType, status } = filter;
      const found = await tasks.list(
        { tenant, connectorId, ...(syncType && { syncType }), ...(status && { status }) },
        skipOf(paging),
        paging.pageSize,
      );
      if (found.total === 0) await knownConnector(tenant, connectorId);
      return found;
    },

    async recordErrors(
      { taskId: task, tenant, connectorId, ...filter }: ErrorFilter,
      paging: Paging,
    ): Promise<Awaited<ReturnType<RecordErrorStore['list']>>> {
      const { dead } = await get(tenant, connectorId, task);
      return errors.list({ tenant, connectorId, task, ...filter }, dead, skipOf(paging), paging.pageSize);
    },
  };
}

export type ReadTasks = ReturnType<typeof readTasks>;
