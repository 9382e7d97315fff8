import type { EndpointServiceServer } from '@crossdock/contracts/grpc/webhook-dispatcher';
import type { Clock } from '@crossdock/kernel';
import { unary } from '@crossdock/rpc';
import type { endpointCreation } from '../app/create-endpoint.ts';
import type { endpointEditing } from '../app/edit-endpoint.ts';
import type { EndpointApp } from '../app/endpoints.ts';
import { pageOf } from '../app/page.ts';
import type { secretRotation } from '../app/rotate-secret.ts';
import type { endpointVerification } from '../app/verify-endpoint.ts';
import { askedOptions, attemptMessage, endpointMessage } from './messages.ts';

interface EndpointFunctions {
  app: EndpointApp;
  create: ReturnType<typeof endpointCreation>;
  edit: ReturnType<typeof endpointEditing>;
  rotate: ReturnType<typeof secretRotation>;
  verify: ReturnType<typeof endpointVerification>;
  clock: Clock;
}

export const endpointService = ({
  app,
  create,
  edit,
  rotate,
  verify,
  clock,
}: EndpointFunctions): Pick<EndpointServiceServer, keyof EndpointServiceServer> => ({
  createEndpoint: unary(async (request, { tenant, actor, requestId }) => {
    const { endpoint, secret } = await create(
      { tenant, actor, requestId },
      { ...request, options: askedOptions(request.options) },
    );
    return { endpoint: endpointMessage(endpoint, clock(), secret) };
  }),
  listEndpoints: unary(async (request, { tenant }) => {
    const { items, total } = await app.listEndpoints(tenant, request.connectorId, pageOf(request));
    return { items: items.map((endpoint) => endpointMessage(endpoint, clock())), total };
  }),
  getEndpoint: unary(async ({ connectorId, id }, { tenant }) => ({
    endpoint: endpointMessage(await app.getEndpoint(tenant, connectorId, id), clock()),
  })),
  deleteEndpoint: unary(async ({ connectorId, id, ifRevision }, { tenant, actor, requestId }) => {
    await app.deleteEndpoint({ tenant, actor, requestId }, connectorId, id, ifRevision);
    return {};
  }),
  updateEndpoint: unary(async ({ events, options, ...request }, { tenant, actor, requestId }) => {
    const change = { ...request, events: events?.values, options: askedOptions(options) };
    return { endpoint: endpointMessage(await edit({ tenant, actor, requestId }, change), clock()) };
  }),
  rotateSecret: unary(async (request, { tenant, actor, requestId }) => {
    const { endpoint, secret } = await rotate({ tenant, actor, requestId }, request);
    return { endpoint: endpointMessage(endpoint, clock(), secret) };
  }),
  verifyEndpoint: unary(async ({ connectorId, id }, { tenant, actor, requestId }) => {
    const result = await verify({ tenant, actor, requestId }, connectorId, id);
    return { attempt: attemptMessage(result, { number: 1, trigger: 'verify', nextAttemptAt: null }) };
  }),
});
