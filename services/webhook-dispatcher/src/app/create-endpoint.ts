import { AppError, type Clock, failpoint, newId, keyReused } from '@crossdock/kernel';
import type { Outbound } from '@crossdock/outbound';
import { type Caller, type Endpoint, freeSlot, MAX_ENDPOINTS_PER_CONNECTOR } from '../domain/endpoint.ts';
import { shownHeaders } from '../domain/custom-headers.ts';
import { type AskedOptions, USUAL_OPTIONS } from '../domain/endpoint-options.ts';
import { hintOf, isWeak, newWebhookSecret } from '../domain/secret.ts';
import type { WebhookType } from '../domain/webhook.ts';
import type { ConnectorStore } from '../store/connectors.ts';
import type { EndpointStore } from '../store/endpoints.ts';
import { checkEndpoint, type CheckedEndpoint } from './check-endpoint.ts';
import { type ConnectorReads, connectorNotFound } from './connectors.ts';
import { auditEvent, systemCaller } from './endpoint-events.ts';
import type { EndpointSecrets } from './secrets.ts';

export interface NewEndpoint {
  connectorId: string;
  url: string;
  events: string[];
  /** One of ours when absent. */
  secret: string | undefined;
  /** '' without one. */
  idempotencyKey: string;
  bodyHash: string;
  options: AskedOptions;
}

export interface CreateDeps {
  endpoints: EndpointStore;
  connectors: ConnectorStore;
  reads: ConnectorReads;
  secrets: EndpointSecrets;
  outbound: Outbound;
  nudge: (endpointId: string) => void;
  clock: Clock;
}

/** A new endpoint, and its secret when we made it. */
export interface CreatedEndpoint {
  endpoint: Endpoint;
  secret: string | null;
}

const KEY_LIFE_MS = 24 * 3_600_000;

const limitReached = () =>
  new AppError('quota', 'WEBHOOK_LIMIT', `每个连接器最多 ${MAX_ENDPOINTS_PER_CONNECTOR} 个 Webhook`);
export const targetTaken = () => new AppError('conflict', 'WEBHOOK_EXISTS', '相同地址和事件的 Webhook 已存在');

/** A new enabled endpoint. The store's unique indexes decide among creates at the same time. */
export function endpointCreation({ endpoints, connectors, reads, secrets, outbound, nudge, clock }: CreateDeps) {
  async function createEndpoint(caller: Caller, request: NewEndpoint): Promise<CreatedEndpoint> {
    const checked = await checkEndpoint(outbound, request);
    const { platform } = await reads.living(caller.tenant, request.connectorId);
    const endpoint = await createOnce(caller, request, draftOf(caller, request, checked, platform));
    return { endpoint, secret: endpoint.secretMade && endpoint.deletedAt === null ? secrets.open(endpoint) : null };
  }

  /** After every refusal the key is looked up first: the one who won may be this very request. */
  async function createOnce(caller: Caller, request: NewEndpoint, draft: Endpoint): Promise<Endpoint> {
    const { tenant, connectorId } = draft;
    const idempotency =
      request.idempotencyKey === '' ? null : { key: request.idempotencyKey, bodyHash: request.bodyHash };
    for (;;) {
      const slot = freeSlot(await endpoints.usedSlots(tenant, connectorId), Math.random());
      const audit = auditEvent({ caller, action: 'webhook.create', before: null, after: draft, at: draft.createdAt });
      const outcome = slot === null ? 'full' : await endpoints.create(draft, slot, idempotency, [audit]);
      if (outcome === 'created') return confirm(draft);
      const earlier = await madeBefore(tenant, request);
      if (earlier !== null) return earlier;
      if (outcome === 'full') throw limitReached();
      if (outcome === 'target_taken') throw targetTaken();
    }
  }

  /** A connector deleted meanwhile was told of before or after this insert: one of both sides sees the other. */
  async function confirm(endpoint: Endpoint): Promise<Endpoint> {
    const { tenant, connectorId, id } = endpoint;
    await failpoint('dispatcher.endpoint.created');
    nudge(id);
    if (!(await connectors.get(tenant, connectorId))?.deleted) return endpoint;
    const at = clock();
    const audit = auditEvent({
      caller: systemCaller(tenant),
      action: 'webhook.delete',
      before: endpoint,
      after: null,
      at,
    });
    if (await endpoints.delete(endpoint, at, [audit])) nudge(id);
    throw connectorNotFound();
  }

  async function madeBefore(
    tenant: string,
    { idempotencyKey, bodyHash, connectorId }: NewEndpoint,
  ): Promise<Endpoint | null> {
    if (idempotencyKey === '') return null;
    const found = await endpoints.byIdempotencyKey(tenant, idempotencyKey);
    if (found === null) return null;
    const forgotten = new Date(clock().getTime() - KEY_LIFE_MS);
    if (found.endpoint.createdAt < forgotten) {
      await endpoints.releaseKey(tenant, idempotencyKey, forgotten);
      return null;
    }
    if (found.bodyHash !== bodyHash || found.endpoint.connectorId !== connectorId) throw keyReused();
    return found.endpoint;
  }

  function draftOf(
    { tenant }: Caller,
    { connectorId, url, events, secret }: NewEndpoint,
    { target = url, options, headers = {} }: CheckedEndpoint,
    platform: string,
  ): Endpoint {
    const id = newId();
    const text = secret ?? newWebhookSecret();
    return {
      ...USUAL_OPTIONS,
      ...options,
      id,
      tenant,
      connectorId,
      platform,
      url,
      target,
      events: (events as WebhookType[]).toSorted(),
      status: 'enabled',
      disabledReason: null,
      secret: secrets.seal({ tenant, id }, text),
      secretHint: hintOf(text),
      secretMade: secret === undefined,
      weakSecret: isWeak(text),
      olderSecrets: [],
      headers: secrets.sealHeaders({ tenant, id }, headers),
      shownHeaders: shownHeaders(headers),
      revision: 1,
      breaker: null,
      failingSince: null,
      enabledAt: null,
      warned: 0,
      createdAt: clock(),
      deletedAt: null,
    };
  }

  return createEndpoint;
}
