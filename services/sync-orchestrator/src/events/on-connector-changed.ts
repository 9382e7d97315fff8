import { on, type Handler } from '@crossdock/bus';
import { connectorChanged } from '@crossdock/contracts';
import type { CancelSync } from '../app/cancel-sync.ts';

/** A deleted connector's live tasks are ended; one that starts meanwhile finds it gone before its first page. */
export const onConnectorChanged = ({ cancelAll }: CancelSync): Handler =>
  on(connectorChanged, async ({ data }) => {
    if (data.deleted) await cancelAll(data.connector_id);
  });
