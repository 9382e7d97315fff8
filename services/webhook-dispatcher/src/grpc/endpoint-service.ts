import type { Endpoint as EndpointMessage, EndpointServiceServer } from '@crossdock/contracts/grpc/webhook-dispatcher';
import { unary } from '@crossdock/rpc';
import type { endpointCreation } from '../app/create-endpoint.ts';
import type { EndpointApp } from '../app/endpoints.ts';
import { pageOf } from '../app/page.ts';
import type { Endpoint } from '../domain/endpoint.ts';

const toMessage = (endpoint: Endpoint, secret = ''): EndpointMessage => ({
  id: endpoint.id,
  connectorId: endpoint.connectorId,
  url: endpoint.url,
  events: endpoint.events,
  status: endpoint.status,
  disabledReason: endpoint.disabledReason ?? '',
  secretHint: endpoint.secretHint,
  secret,
  createdAt: endpoint.createdAt,
});

type CreateEndpoint = ReturnType<typeof endpointCreation>;

export const endpointService = (
  createEndpoint: CreateEndpoint,
  app: EndpointApp,
): Pick<EndpointServiceServer, keyof EndpointServiceServer> => ({
  createEndpoint: unary(async (request, { tenant, actor, requestId }) => {
    const { endpoint, secret } = await createEndpoint({ tenant, actor, requestId }, request);
    return { endpoint: toMessage(endpoint, secret ?? '') };
  }),
  listEndpoints: unary(async (request, { tenant }) => {
    const { items, total } = await app.listEndpoints(tenant, request.connectorId, pageOf(request));
    return { items: items.map((endpoint) => toMessage(endpoint)), total };
  }),
  getEndpoint: unary(async ({ connectorId, id }, { tenant }) => ({
    endpoint: toMessage(await app.getEndpoint(tenant, connectorId, id)),
  })),
  deleteEndpoint: unary(async ({ connectorId, id }, { tenant, actor, requestId }) => {
    await app.deleteEndpoint({ tenant, actor, requestId }, connectorId, id);
    return {};
  }),
});
