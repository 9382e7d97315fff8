import { commonConfig } from '@crossdock/runtime';
import Type, { type Static } from 'typebox';

/** The environment of this service; the README has the table. */
export const configSchema = Type.Object({
  ...commonConfig,
  GRPC_PORT: Type.Integer({ minimum: 0, maximum: 65_535, description: 'the port of its gRPC services' }),
});

export type Config = Static<typeof configSchema>;
