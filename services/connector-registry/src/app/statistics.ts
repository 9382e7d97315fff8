import type { DataOf, Event, syncCompleted } from '@crossdock/contracts';
import type { Statistics } from '../domain/connector.ts';
import type { ConnectorStore } from '../store/connectors.ts';

type Completed = DataOf<typeof syncCompleted>;

const LAST_STATUS = { completed: 'success', failed: 'failed', cancelled: 'cancelled' } as const;

/** What a connector shows of its last ended sync. Twice, or late, changes nothing; a connector that is not there yet throws, to be tried again. */
export function syncStatistics(connectors: ConnectorStore) {
  return async function recordSync({ id: eventId, tenantId, data }: Event<Completed>): Promise<void> {
    // Cancelled while queued: no sync took place.
    if (data.started_at === null) return;
    const order = { completedAt: new Date(data.completed_at), taskId: data.task_id };
    const recorded = await connectors.recordSync(
      tenantId,
      data.connector_id,
      eventId,
      order,
      statisticsOf(data, new Date(data.started_at)),
    );
    if (!recorded && (await connectors.get(tenantId, data.connector_id)) === null) {
      throw new Error(`connector ${data.connector_id} is not there yet`);
    }
  };
}

const statisticsOf = ({ totals, status, duration_seconds }: Completed, startedAt: Date): Statistics => ({
  totalProducts: totals.products,
  totalOrders30d: totals.orders_30d,
  lastSyncAt: startedAt,
  lastSyncStatus: LAST_STATUS[status],
  lastSyncDurationSeconds: duration_seconds === null ? null : Math.round(duration_seconds),
});
