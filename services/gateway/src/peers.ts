import { IdentityServiceService } from '@crossdock/contracts/grpc/auth-channel';
import { ConnectorServiceService } from '@crossdock/contracts/grpc/connector-registry';
import { ShopServiceService } from '@crossdock/contracts/grpc/shop-settings';
import { CatalogServiceService, SyncServiceService } from '@crossdock/contracts/grpc/sync-orchestrator';
import { DeliveryServiceService, EndpointServiceService } from '@crossdock/contracts/grpc/webhook-dispatcher';
import type { Part } from '@crossdock/kernel';
import { type Calls, rpcClient } from '@crossdock/rpc';
import type { Registry } from 'prom-client';
import type { Config } from './config.ts';

/** The services behind the gateway, one hop away. */
export interface Peers {
  identity: Calls<IdentityServiceService>;
  connectors: Calls<ConnectorServiceService>;
  shops: Calls<ShopServiceService>;
  sync: Calls<SyncServiceService>;
  catalog: Calls<CatalogServiceService>;
  endpoints: Calls<EndpointServiceService>;
  deliveries: Calls<DeliveryServiceService>;
}

export function connectPeers(config: Config, metrics: Registry): { peers: Peers; parts: Part[] } {
  const identity = rpcClient(IdentityServiceService, config.AUTH_ADDRESS, { metrics });
  const connectors = rpcClient(ConnectorServiceService, config.REGISTRY_ADDRESS, { deadlineMs: 20_000, metrics });
  const shops = rpcClient(ShopServiceService, config.SHOPS_ADDRESS, { metrics });
  const sync = rpcClient(SyncServiceService, config.ORCHESTRATOR_ADDRESS, { metrics });
  const catalog = rpcClient(CatalogServiceService, config.ORCHESTRATOR_ADDRESS, { metrics });
  const endpoints = rpcClient(EndpointServiceService, config.DISPATCHER_ADDRESS, { metrics });
  const deliveries = rpcClient(DeliveryServiceService, config.DISPATCHER_ADDRESS, { metrics });
  return {
    peers: {
      identity: identity.call,
      connectors: connectors.call,
      shops: shops.call,
      sync: sync.call,
      catalog: catalog.call,
      endpoints: endpoints.call,
      deliveries: deliveries.call,
    },
    parts: [identity, connectors, shops, sync, catalog, endpoints, deliveries],
  };
}
