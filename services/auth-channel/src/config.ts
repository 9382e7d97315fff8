import { commonConfig, vaultConfig } from '@crossdock/runtime';
import Type, { type Static } from 'typebox';

/** The environment of this service; the README has the table. */
export const configSchema = Type.Object(
  {
    ...commonConfig,
    ...vaultConfig,
    GRPC_PORT: Type.Integer({ minimum: 0, maximum: 65_535, description: 'the port of its gRPC services' }),
    DEMO_ACCOUNTS: Type.Boolean({ default: false, description: 'true or false: whether the demo accounts are made' }),
    BOOTSTRAP_ADMIN_EMAIL: Type.Optional(
      Type.String({ format: 'email', description: 'the address of the first admin' }),
    ),
    BOOTSTRAP_ADMIN_PASSWORD: Type.Optional(
      Type.String({
        minLength: 8,
        maxLength: 4_000,
        description: 'the password of the first admin, 8 characters or more',
      }),
    ),
  },
  {
    dependencies: {
      BOOTSTRAP_ADMIN_EMAIL: ['BOOTSTRAP_ADMIN_PASSWORD'],
      BOOTSTRAP_ADMIN_PASSWORD: ['BOOTSTRAP_ADMIN_EMAIL'],
    },
  },
);

export type Config = Static<typeof configSchema>;
