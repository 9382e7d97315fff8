import { commonConfig } from '@crossdock/runtime';
import Type, { type Static } from 'typebox';

/** The environment of this service; the README has the table. */
export const configSchema = Type.Object({
  ...commonConfig,
  GRPC_PORT: Type.Integer({ minimum: 0, maximum: 65_535, description: 'the port of its gRPC services' }),
  REGISTRY_ADDRESS: Type.String({ pattern: '^[^\\s:]+:\\d+$', description: 'host:port of the connector-registry' }),
  TAOBAO_AUTH_URL: Type.String({
    format: 'uri',
    default: 'https://oauth.taobao.com',
    description: 'the base of /authorize and /token',
  }),
  TAOBAO_API_URL: Type.String({
    format: 'uri',
    default: 'https://eco.taobao.com/router/rest',
    description: 'the address of the gateway',
  }),
  WORKER_SLOTS: Type.Integer({ minimum: 1, maximum: 100, default: 8, description: 'tasks worked on at once' }),
});

export type Config = Static<typeof configSchema>;
