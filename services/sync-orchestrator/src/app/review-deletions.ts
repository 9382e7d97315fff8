import { AppError, failpoint } from '@crossdock/kernel';
import { isInTime, isOpen, type Review } from '../domain/brake.ts';
import { isLive, type SyncTask } from '../domain/sync-task.ts';
import { beginTask, syncable, type BeginTaskDeps, type Begun } from './begin-task.ts';
import type { ReadTasks } from './read-tasks.ts';
import { auditEvent } from './task-events.ts';

export interface ReviewRequest {
  tenant: string;
  actor: string;
  connectorId: string;
  taskId: string;
}

export interface ReviewDeps extends BeginTaskDeps {
  readTasks: ReadTasks;
}

const closed = () => new AppError('conflict', 'REVIEW_CLOSED', '该任务的删除已审核或已过期');

/** A person's decision on the deletions that a full sync held back. */
export function reviewDeletions(deps: ReviewDeps) {
  const { tasks, readTasks, clock } = deps;

  async function reviewed(request: ReviewRequest, decision: Exclude<Review['decision'], 'open'>): Promise<SyncTask> {
    const task = await readTasks.get(request.tenant, request.connectorId, request.taskId);
    if (task.review === null) throw new AppError('conflict', 'NO_REVIEW', '该任务没有待审核的删除');
    if (task.review.decision !== decision && !isOpen(task.review, clock())) throw closed();
    return task;
  }

  async function decide(task: SyncTask, actor: string, decision: Exclude<Review['decision'], 'open'>) {
    const event = auditEvent(task, actor, `deletions.${decision}`, clock());
    return (await tasks.decide(task.id, decision, [event])) ?? reviewed({ ...of(task), actor }, decision);
  }

  const of = ({ tenant, connectorId, id: taskId }: SyncTask) => ({ tenant, connectorId, taskId });

  return {
    /**
     * The task that removes them, asking the platform once more. Whoever dies after the decision is repaired by asking
     * again, and so is a removal that failed or was cancelled.
     */
    async approve(request: ReviewRequest): Promise<Begun> {
      const task = await reviewed(request, 'approved');
      const removals = await tasks.removalsOf(task.id);
      const done = removals.find(({ status }) => status === 'completed');
      if (done !== undefined) return { task: done, deduplicated: true };
      const ended = removals.filter((removal) => !isLive(removal));
      if (ended.length === removals.length && !isInTime(task.review!, clock())) throw closed();
      const { syncType } = task;
      // One removal at a time, whoever asks and how often: who saw the same ones end uses the same key.
      const asked = { ...request, syncType, idempotencyKey: `approve/${task.id}/${ended.length}`, bodyHash: '' };
      const connector = await syncable(deps, asked);
      const what = { kind: 'removal', mode: 'full', since: null, trigger: 'manual', approves: task.id } as const;
      if (task.review?.decision !== 'approved') await decide(task, request.actor, 'approved');
      await failpoint('sync.review-decided');
      return beginTask(deps, connector, asked, what);
    },

    /** They stay; the next full sync finds them again. */
    async discard(request: ReviewRequest): Promise<SyncTask> {
      const task = await reviewed(request, 'discarded');
      return task.review?.decision === 'discarded' ? task : decide(task, request.actor, 'discarded');
    },
  };
}

export type ReviewDeletions = ReturnType<typeof reviewDeletions>;
