import { AppError, type Clock, failpoint } from '@crossdock/kernel';
import type { Caller, DisabledReason, Endpoint } from '../domain/endpoint.ts';
import { type FailingStage } from '../domain/failing.ts';
import type { ConnectorStore } from '../store/connectors.ts';
import type { DeliveryHolding } from '../store/delivery-holding.ts';
import type { EndpointHealth } from '../store/endpoint-health.ts';
import type { EndpointStore } from '../store/endpoints.ts';
import type { ConnectorReads } from './connectors.ts';
import { auditEvent, systemCaller, webhookDisabled, webhookFailing } from './endpoint-events.ts';
import type { Page } from './page.ts';

const endpointNotFound = () => new AppError('not_found', 'WEBHOOK_NOT_FOUND', 'Webhook 不存在');

/** Somebody changed it since the caller saw it. */
export function refuseStale({ revision }: Endpoint, seen: number | undefined): void {
  if (seen !== undefined && seen !== revision)
    throw new AppError('stale', 'REVISION', 'Webhook 已被他人修改，请刷新后重试');
}

export interface EndpointDeps {
  endpoints: EndpointStore;
  connectors: ConnectorStore;
  health: EndpointHealth;
  holding: DeliveryHolding;
  reads: ConnectorReads;
  nudge: (endpointId: string) => void;
  clock: Clock;
}

export function endpointApp({ endpoints, connectors, health, holding, reads, nudge, clock }: EndpointDeps) {
  async function getEndpoint(tenant: string, connectorId: string, id: string): Promise<Endpoint> {
    const endpoint = await endpoints.get(tenant, connectorId, id);
    if (endpoint === null) throw endpointNotFound();
    return endpoint;
  }

  async function listEndpoints(tenant: string, connectorId: string, { skip, limit }: Page) {
    await reads.require(tenant, connectorId);
    return endpoints.list(tenant, connectorId, skip, limit);
  }

  async function deleteEndpoint(caller: Caller, connectorId: string, id: string, seen?: number): Promise<void> {
    for (;;) {
      const endpoint = await getEndpoint(caller.tenant, connectorId, id);
      refuseStale(endpoint, seen);
      if (await remove(caller, endpoint)) break;
    }
    await failpoint('dispatcher.endpoint.deleted');
    await holding.cancelOf([id]);
  }

  /** Their connectors are gone. May come again after a crash half way: what is deleted already has its deliveries cancelled again. */
  async function deleteOfConnectors(connectorIds: string[]): Promise<void> {
    for (;;) {
      const living = await endpoints.ofConnectors(connectorIds);
      if (living.length === 0) break;
      for (const endpoint of living) await remove(systemCaller(endpoint.tenant), endpoint);
    }
    await failpoint('dispatcher.connector.deleted');
    await holding.cancelOf(await endpoints.idsOf(connectorIds));
  }

  /** Those stored after their connector was deleted, by a process that died before it looked again. */
  async function deleteOrphans(): Promise<void> {
    const gone = await connectors.deletedOf(await endpoints.connectorIds());
    if (gone.length > 0) await deleteOfConnectors(gone);
  }

  async function remove(caller: Caller, endpoint: Endpoint): Promise<boolean> {
    const at = clock();
    const deleted = await endpoints.delete(endpoint, at, [
      auditEvent({ caller, action: 'webhook.delete', before: endpoint, after: null, at }),
    ]);
    if (deleted) nudge(endpoint.id);
    return deleted;
  }

  /** By ourselves: the receiver wants no more (as it said before somebody enabled it, it may have changed its mind since), or nothing got through for too long. */
  async function disable(id: string, reason: DisabledReason, saidAt: Date = clock()): Promise<void> {
    for (;;) {
      const [endpoint] = await endpoints.byIds([id]);
      if (endpoint?.status !== 'enabled' || endpoint.deletedAt !== null) return;
      if (endpoint.enabledAt !== null && saidAt < endpoint.enabledAt) return;
      const at = clock();
      const after: Endpoint = { ...endpoint, status: 'disabled', disabledReason: reason };
      const caller = systemCaller(endpoint.tenant);
      const audit = auditEvent({ caller, action: 'webhook.disable', before: endpoint, after, at });
      if (await endpoints.disable(endpoint, reason, [webhookDisabled(endpoint, reason, at), audit])) return nudge(id);
    }
  }

  /** It fails for so long that it will be disabled. Told once per stage. */
  async function warnFailing(endpoint: Endpoint, since: Date, stage: FailingStage): Promise<void> {
    const told = await health.warn(endpoint.id, since, stage, [webhookFailing(endpoint, stage, since, clock())]);
    if (told) nudge(endpoint.id);
  }

  return { getEndpoint, listEndpoints, deleteEndpoint, deleteOfConnectors, deleteOrphans, disable, warnFailing };
}

export type EndpointApp = ReturnType<typeof endpointApp>;
