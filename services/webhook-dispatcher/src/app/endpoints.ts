import { AppError, type Clock } from '@crossdock/kernel';
import type { Caller, Endpoint } from '../domain/endpoint.ts';
import type { DeliveryStore } from '../store/deliveries.ts';
import type { EndpointStore } from '../store/endpoints.ts';
import type { ConnectorReads } from './connectors.ts';
import { auditEvent, systemCaller, webhookDisabled } from './endpoint-events.ts';
import type { Page } from './page.ts';

const endpointNotFound = () => new AppError('not_found', 'WEBHOOK_NOT_FOUND', 'Webhook 不存在');

export interface EndpointDeps {
  endpoints: EndpointStore;
  deliveries: DeliveryStore;
  reads: ConnectorReads;
  nudge: (endpointId: string) => void;
  clock: Clock;
}

export function endpointApp({ endpoints, deliveries, reads, nudge, clock }: EndpointDeps) {
  async function getEndpoint(tenant: string, connectorId: string, id: string): Promise<Endpoint> {
    const endpoint = await endpoints.get(tenant, connectorId, id);
    if (endpoint === null) throw endpointNotFound();
    return endpoint;
  }

  async function listEndpoints(tenant: string, connectorId: string, { skip, limit }: Page) {
    await reads.require(tenant, connectorId);
    return endpoints.list(tenant, connectorId, skip, limit);
  }

  async function deleteEndpoint(caller: Caller, connectorId: string, id: string): Promise<void> {
    const endpoint = await getEndpoint(caller.tenant, connectorId, id);
    if (!(await remove(caller, endpoint))) throw endpointNotFound();
    await deliveries.cancelOf([id]);
  }

  /** Their connectors are gone. May come again after a crash half way: what is deleted already has its deliveries cancelled again. */
  async function deleteOfConnectors(connectorIds: string[]): Promise<void> {
    const living = await endpoints.ofConnectors(connectorIds);
    for (const endpoint of living) await remove(systemCaller(endpoint.tenant), endpoint);
    await deliveries.cancelOf(await endpoints.idsOf(connectorIds));
  }

  async function remove(caller: Caller, endpoint: Endpoint): Promise<boolean> {
    const at = clock();
    const deleted = await endpoints.delete(endpoint.id, at, [
      auditEvent({ caller, action: 'webhook.delete', before: endpoint, after: null, at }),
    ]);
    if (deleted) nudge(endpoint.id);
    return deleted;
  }

  /** The receiver answered that it wants no more. */
  async function disableGone(id: string): Promise<void> {
    const [endpoint] = await endpoints.byIds([id]);
    if (endpoint === undefined) return;
    const at = clock();
    const after: Endpoint = { ...endpoint, status: 'disabled', disabledReason: 'gone' };
    const audit = auditEvent({
      caller: systemCaller(endpoint.tenant),
      action: 'webhook.disable',
      before: endpoint,
      after,
      at,
    });
    if (await endpoints.disable(id, 'gone', [webhookDisabled(endpoint, 'gone', at), audit])) nudge(id);
  }

  return { getEndpoint, listEndpoints, deleteEndpoint, deleteOfConnectors, disableGone };
}

export type EndpointApp = ReturnType<typeof endpointApp>;
