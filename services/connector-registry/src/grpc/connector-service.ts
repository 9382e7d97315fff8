import type { ConnectorServiceServer } from '@crossdock/contracts/grpc/connector-registry';
import type { Platforms } from '@crossdock/platforms';
import { unary } from '@crossdock/rpc';
import { adapterOf } from '../app/adapter-of.ts';
import type { RegistryApp } from '../app/registry-app.ts';
import type { Connector } from '../domain/connector.ts';
import { callerOf } from './caller.ts';
import { connectorMessage, healthMessage, typeMessage } from './messages.ts';

export function connectorService(app: RegistryApp, platforms: Platforms): ConnectorServiceServer {
  const message = (connector: Connector) => connectorMessage(connector, adapterOf(platforms, connector));
  return {
    createConnector: unary(async (request, context) => {
      const { connector, authUrl } = await app.createConnector(callerOf(context), request);
      return { connector: message(connector), authUrl };
    }),
    listConnectors: unary(async (request, context) => {
      const { items, total } = await app.listConnectors(callerOf(context), request);
      return { items: items.map(message), total };
    }),
    getConnector: unary(async ({ id, includeDeleted }, context) => ({
      connector: message(await app.getConnector(callerOf(context), id, includeDeleted)),
    })),
    updateConnector: unary(async ({ id, ...edit }, context) => ({
      connector: message(await app.updateConnector(callerOf(context), id, edit)),
    })),
    deleteConnector: unary(async ({ id, ifRevision }, context) => {
      await app.deleteConnector(callerOf(context), id, ifRevision);
      return {};
    }),
    pauseConnector: unary(async ({ id }, context) => ({
      connector: message(await app.pauseConnector(callerOf(context), id)),
    })),
    resumeConnector: unary(async ({ id }, context) => ({
      connector: message(await app.resumeConnector(callerOf(context), id)),
    })),
    listTypes: unary(async () => ({ types: app.listTypes().map(typeMessage) })),
    checkHealth: unary(async ({ id, refresh }, context) =>
      healthMessage(await app.checkHealth(callerOf(context), id, refresh)),
    ),
    authorize: unary(async ({ id }, context) => ({ authUrl: await app.authorize(callerOf(context), id) })),
    completeAuthorization: unary(async (request) => {
      const { outcome, connector } = await app.completeAuthorization(request);
      return {
        outcome,
        connectorId: connector?.id ?? '',
        connectorName: connector?.name ?? '',
        shopName: connector?.shopName ?? '',
      };
    }),
  };
}
