import { ALLOW_PATTERN, NAME_SERVER_PATTERN } from '@crossdock/outbound';
import { commonConfig, vaultConfig } from '@crossdock/runtime';
import Type, { type Static } from 'typebox';

export const configSchema = Type.Object({
  ...commonConfig,
  ...vaultConfig,
  GRPC_PORT: Type.Integer({ minimum: 0, maximum: 65_535, description: 'the port of the gRPC service' }),
  REGISTRY_ADDRESS: Type.String({ pattern: '^[^\\s:]+:\\d+$', description: 'host:port of the connector-registry' }),
  WEBHOOK_ALLOW: Type.String({
    default: '',
    pattern: ALLOW_PATTERN,
    description: 'a comma list of host:port and CIDRs that webhooks may go to',
  }),
  DNS_SERVERS: Type.Array(Type.String({ pattern: NAME_SERVER_PATTERN }), {
    default: [],
    description: 'a comma list of address or address:port of the name servers to ask, the system’s by default',
  }),
});

export type Config = Static<typeof configSchema>;
