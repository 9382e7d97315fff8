import { AppError, failpoint, type Clock } from '@crossdock/kernel';
import { countedOf, isLive, type Mark, type SyncTask } from '../domain/sync-task.ts';
import type { SyncMeter } from './metrics.ts';
import type { SyncTaskStore } from '../store/sync-tasks.ts';
import { auditEvent, completedEvent, type Totals } from './task-events.ts';

export interface CancelDeps {
  tasks: SyncTaskStore;
  totalsOf(connectorId: string): Promise<Totals>;
  wake(): void;
  meter: SyncMeter;
  clock: Clock;
}

/** Ends a queued task, marks a running one for its holder; a task that ended stays as it is. Idempotent. */
export function cancelSync({ tasks, totalsOf, wake, meter, clock }: CancelDeps) {
  async function order(task: SyncTask, reason: Mark['reason'], actor: string): Promise<void> {
    const now = clock();
    const audit = auditEvent(task, actor, 'sync.cancelled', now);
    const ending = { status: 'cancelled', reason, completedAt: now } as const;
    const told = completedEvent(task, ending, await totalsOf(task.connectorId));
    const ended = await tasks.endQueued(task, { ...ending, total: countedOf(task) }, [told, audit]);
    const marked = !ended && (await tasks.mark(task.id, { reason, at: now }, [audit]));
    await failpoint('sync.cancel-ordered');
    if (ended) meter.ended(task.syncType, ending.status);
    if (marked) wake();
  }

  return {
    async cancel({
      tenant,
      actor,
      connectorId,
      taskId,
    }: {
      tenant: string;
      actor: string;
      connectorId: string;
      taskId: string;
    }): Promise<SyncTask> {
      for (;;) {
        const task = await tasks.get(tenant, connectorId, taskId);
        if (task === null) throw new AppError('not_found', '', '同步任务不存在');
        if (!isLive(task) || task.mark !== null) return task;
        await order(task, 'cancelled', actor);
      }
    },

    /** Until no live task of the connector is unmarked. */
    async cancelAll(connectorId: string): Promise<void> {
      for (;;) {
        const live = await tasks.unmarked(connectorId);
        if (live.length === 0) return;
        for (const task of live) await order(task, 'connector_deleted', 'system:sync-orchestrator');
      }
    },
  };
}

export type CancelSync = ReturnType<typeof cancelSync>;
