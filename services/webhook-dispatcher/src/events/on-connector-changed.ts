import { onBatch, type Handler } from '@crossdock/bus';
import { connectorChanged } from '@crossdock/contracts';
import type { EndpointApp } from '../app/endpoints.ts';
import type { ConnectorStore } from '../store/connectors.ts';

/** Remembered first, so that an endpoint created at this moment is seen here or sees the deletion. Deletion is final: coming twice harms nothing. */
export const onConnectorChanged = (connectors: ConnectorStore, endpointApp: EndpointApp): Handler =>
  onBatch(connectorChanged, async (events) => {
    const known = events.map(({ tenantId, data }) => ({
      id: data.connector_id,
      tenant: tenantId,
      version: data.version,
      deleted: data.deleted,
    }));
    await connectors.remember(known);
    const deleted = known.filter((connector) => connector.deleted).map(({ id }) => id);
    if (deleted.length > 0) await endpointApp.deleteOfConnectors(deleted);
  });
