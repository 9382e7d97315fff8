import { IdentityServiceService } from '@crossdock/contracts/grpc/auth-channel';
import { type Logger, systemClock } from '@crossdock/kernel';
import { rpcClient } from '@crossdock/rpc';
import { readConfig } from '@crossdock/runtime';
import { stores, testNames } from '@crossdock/testing';
import { createLocalJWKSet, type JSONWebKeySet, jwtVerify } from 'jose';
import mongoose from 'mongoose';
import { configSchema } from '../src/config.ts';
import { authChannel } from '../src/service.ts';

/** Of every demo user. */
export const PASSWORD = 'crossdock-demo';

/** The names of one test file, its services with all they log, and its database from outside. */
export function identityHouse() {
  const { database, topicPrefix } = testNames();
  const db = mongoose.createConnection();
  const logged: string[] = [];
  const write = (...parts: unknown[]) => void logged.push(JSON.stringify(parts));
  const log: Logger = { debug: write, info: write, warn: write, error: write, child: () => log };

  function newService(env: Record<string, string> = {}) {
    const config = readConfig(configSchema, {
      OPS_PORT: '0',
      GRPC_PORT: '0',
      MONGODB_URI: stores().mongodb,
      MONGODB_DATABASE: database,
      KAFKA_BROKERS: stores().kafka.join(','),
      TOPIC_PREFIX: topicPrefix,
      KEY_ENCRYPTION_KEYS: `k1:${Buffer.alloc(32, 7).toString('base64')}`,
      DEMO_ACCOUNTS: 'true',
      ...env,
    });
    return authChannel({ config, log, clock: systemClock });
  }

  return {
    database,
    topicPrefix,
    db,
    logged,
    newService,
    open: () => db.openUri(stores().mongodb, { dbName: database }),
    async close() {
      await db.dropDatabase();
      await db.close();
    },
  };
}

/** Speaks to a started service as the gateway does. */
export async function identityClient(service: { grpcPort(): number }) {
  const { call, start, stop } = rpcClient(IdentityServiceService, `127.0.0.1:${service.grpcPort()}`, {
    deadlineMs: 25_000,
  });
  await start();
  return {
    stop,
    call,
    login: (username: string, password: string, more: { audience?: string; address?: string } = {}) =>
      call.login({ username, password, audience: '', address: '', ...more }),
    issue: (clientId: string, clientSecret: string, more: { audience?: string; address?: string } = {}) =>
      call.issueToken({ clientId, clientSecret, audience: '', address: '', ...more }),
    async publicKeys() {
      return JSON.parse((await call.getSigningKeys({})).jwksJson) as JSONWebKeySet;
    },
    /** The claims of a token that verifies for the audience. */
    async claims(token: string, audience: string) {
      const keys = createLocalJWKSet(await this.publicKeys());
      return (await jwtVerify(token, keys, { issuer: 'crossdock', audience, algorithms: ['ES256'] })).payload;
    },
  };
}

export type IdentityClient = Awaited<ReturnType<typeof identityClient>>;
