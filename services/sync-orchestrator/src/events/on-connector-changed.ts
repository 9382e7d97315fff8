import { on, type Handler } from '@crossdock/bus';
import { connectorChanged } from '@crossdock/contracts';
import { failpoint } from '@crossdock/kernel';
import type { Schedules } from '../app/schedules.ts';

export interface Followers {
  /** Takes over the state that decides when the connector is due; then the scheduler looks again. */
  follow: Schedules['follow'];
  reschedule(): void;
  /** Ends the connector's live tasks. */
  cancelAll(connectorId: string): Promise<void>;
  /** Its paused tasks may be taken now. */
  wakeWaiting(connectorId: string, reason: 'paused'): Promise<void>;
  /** A slot may have something to take. */
  wake(): void;
}

/**
 * Its due time follows the connector's newest state. What waited for a better one is looked at again; a deleted
 * connector's live tasks are ended, and a task that starts meanwhile finds it gone before its first page.
 */
export const onConnectorChanged = ({ follow, reschedule, cancelAll, wakeWaiting, wake }: Followers): Handler =>
  on(connectorChanged, async ({ data, tenantId }) => {
    const isNew = await follow({
      connectorId: data.connector_id,
      tenant: tenantId,
      platform: data.platform,
      version: data.version,
      status: data.status,
      statusReason: data.status_reason,
      deleted: data.deleted,
      intervalMinutes: data.sync_interval_minutes,
      authorizedAt: data.authorized_at ? new Date(data.authorized_at) : null,
    });
    await failpoint('schedule.followed');
    if (isNew) reschedule();
    if (data.deleted) return cancelAll(data.connector_id);
    await wakeWaiting(data.connector_id, 'paused');
    wake();
  });
