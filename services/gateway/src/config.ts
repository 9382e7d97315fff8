import { mongoConfig, processConfig, vaultConfig } from '@crossdock/runtime';
import Type, { type Static } from 'typebox';

const address = (service: string) =>
  Type.String({ pattern: '^[^\\s:]+:\\d+$', description: `the host:port of ${service}` });

export const configSchema = Type.Object({
  ...processConfig,
  ...mongoConfig,
  ...vaultConfig,
  GATEWAY_PORT: Type.Integer({ minimum: 0, maximum: 65_535, description: 'the port of the APIs' }),
  REGISTRY_ADDRESS: address('connector-registry'),
  AUTH_ADDRESS: address('auth-channel'),
  SHOPS_ADDRESS: address('shop-settings'),
  ORCHESTRATOR_ADDRESS: address('sync-orchestrator'),
  DISPATCHER_ADDRESS: address('webhook-dispatcher'),
  INBOUND_LIMIT_PER_SECOND: Type.Integer({
    minimum: 1,
    default: 1_000,
    description: 'requests a tenant may make each second',
  }),
});

export type Config = Static<typeof configSchema>;
