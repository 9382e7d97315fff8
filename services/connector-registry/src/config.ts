import { commonConfig, vaultConfig } from '@crossdock/runtime';
import Type, { type Static } from 'typebox';
import { CALL_RATES_PATTERN } from './domain/call-rates.ts';
import { QUOTAS_PATTERN } from './domain/slots.ts';

const url = (description: string, fallback: string) => Type.String({ format: 'uri', default: fallback, description });

/** The environment of this service; the README has the table. */
export const configSchema = Type.Object({
  ...commonConfig,
  ...vaultConfig,
  GRPC_PORT: Type.Integer({ minimum: 0, maximum: 65_535, description: 'the port of its gRPC services' }),
  PUBLIC_URL: url('the address browsers find the gateway at', 'http://127.0.0.1:8080'),
  TAOBAO_AUTH_URL: url('the base of /authorize and /token', 'https://oauth.taobao.com'),
  TAOBAO_API_URL: url('the address of the Taobao gateway', 'https://eco.taobao.com/router/rest'),
  PLATFORM_CALLS_PER_SECOND: Type.String({
    pattern: CALL_RATES_PATTERN,
    default: '100',
    description: 'calls a second of one app key, at most; for some platforms another: 100,jd:20',
  }),
  CONNECTOR_QUOTAS: Type.String({ pattern: QUOTAS_PATTERN, default: '', description: 'a comma list of tenant:limit' }),
  CONNECTOR_QUOTA_DEFAULT: Type.Integer({
    minimum: 0,
    default: 10,
    description: 'how many connectors every other tenant may have',
  }),
});

export type Config = Static<typeof configSchema>;
