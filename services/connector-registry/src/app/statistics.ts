import type { DataOf, Event, syncCompleted } from '@crossdock/contracts';
import { type Clock, failpoint } from '@crossdock/kernel';
import type { Connector, Statistics } from '../domain/connector.ts';
import { moved, stageOf } from '../domain/status.ts';
import { mustPause, type Streak, streakAfter } from '../domain/streak.ts';
import type { ConnectorStore } from '../store/connectors.ts';
import { advised } from './advise.ts';
import type { ConnectorChanges, Decision } from './change.ts';

type Completed = DataOf<typeof syncCompleted>;
type Patch = Pick<Connector, 'statistics' | 'lastSync' | 'streak'>;

export interface StatisticsDeps {
  connectors: ConnectorStore;
  changes: ConnectorChanges;
  clock: Clock;
}

const LAST_STATUS = { completed: 'success', failed: 'failed', cancelled: 'cancelled' } as const;

/**
 * What a connector shows of its last ended sync, and what too many failures in a row lead to: both in one write.
 * Twice, or late, changes nothing; a connector that is not there yet throws, to be tried again.
 */
export function syncStatistics({ connectors, changes, clock }: StatisticsDeps) {
  return async function recordSync({ id: eventId, tenantId, data }: Event<Completed>): Promise<void> {
    // Cancelled while queued: no sync took place.
    if (data.started_at === null) return;
    for (;;) {
      const before = await connectors.get(tenantId, data.connector_id);
      if (before === null) throw new Error(`connector ${data.connector_id} is not there yet`);
      if (before.deletedAt !== null || !isNewer(data, before)) return;
      const now = clock();
      const patch = data.scope ? totalsPatch(before, data) : patchOf(before, data, new Date(data.started_at));
      const decision = consequenceOf({ ...before, ...patch }, now);
      const written =
        decision === null
          ? await connectors.recordSync(before, patch, eventId)
          : await changes.write(before, { ...decision, patch: { ...patch, ...decision.patch } }, now, eventId);
      if (!written) continue;
      await failpoint('registry.statistics.stored');
      return;
    }
  };
}

/** Among syncs that ended at the same time the task's id decides. */
function isNewer({ completed_at: completedAt, task_id: taskId }: Completed, { lastSync }: Connector): boolean {
  if (lastSync === null) return true;
  const later = Date.parse(completedAt) - lastSync.completedAt.getTime();
  return later > 0 || (later === 0 && taskId > lastSync.taskId);
}

/** A late deletion may be told before the sync that held it back. */
function newerTotals(
  { totalProducts, totalOrders30d, countedAt }: Statistics,
  { totals, completed_at: completedAt }: Completed,
): Pick<Statistics, 'totalProducts' | 'totalOrders30d' | 'countedAt'> {
  const takenAt = new Date(completedAt);
  if (countedAt !== undefined && countedAt > takenAt) return { totalProducts, totalOrders30d, countedAt };
  return { totalProducts: totals.products, totalOrders30d: totals.orders_30d, countedAt: takenAt };
}

/** Single records and late deletions change what is there, and are no sync of the connector. */
const totalsPatch = ({ statistics, lastSync, streak }: Connector, data: Completed): Patch => ({
  statistics: { ...statistics, ...newerTotals(statistics, data) },
  lastSync,
  streak,
});

const patchOf = (before: Connector, data: Completed, startedAt: Date): Patch => ({
  statistics: statisticsOf(before, data, startedAt),
  lastSync: { completedAt: new Date(data.completed_at), taskId: data.task_id },
  streak: streakOf(before, data),
});

/** Of a connector that waits for people no failures are counted. */
function streakOf(before: Connector, { status, completed_at: completedAt }: Completed): Streak {
  const counts = status === 'completed' || ['connected', 'running'].includes(stageOf(before));
  return counts ? streakAfter(before.streak, status, new Date(completedAt)) : before.streak;
}

function consequenceOf(next: Connector, now: Date): Decision | null {
  const pause = mustPause(next.streak, now) ? moved(next, 'auto_paused', 'auto_paused') : null;
  return pause === null ? advised(next, now) : { patch: pause, action: 'connector.auto_pause' };
}

const statisticsOf = ({ statistics }: Connector, data: Completed, startedAt: Date): Statistics => ({
  ...newerTotals(statistics, data),
  lastSyncAt: startedAt,
  lastSyncStatus: LAST_STATUS[data.status],
  lastSyncDurationSeconds: data.duration_seconds === null ? null : Math.round(data.duration_seconds),
});
