import { IdentityServiceService } from '@crossdock/contracts/grpc/auth-channel';
import { ConnectorServiceService } from '@crossdock/contracts/grpc/connector-registry';
import { ShopServiceService } from '@crossdock/contracts/grpc/shop-settings';
import { CatalogServiceService, SyncServiceService } from '@crossdock/contracts/grpc/sync-orchestrator';
import { DeliveryServiceService, EndpointServiceService } from '@crossdock/contracts/grpc/webhook-dispatcher';
import { AppError, type Logger, newId, systemClock } from '@crossdock/kernel';
import { type CallContext, type Calls, rpcServer, serverStream, type StreamContext, unary } from '@crossdock/rpc';
import { stores, testNames } from '@crossdock/testing';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import mongoose from 'mongoose';
import { randomBytes } from 'node:crypto';
import type { Config } from '../src/config.ts';
import { gateway } from '../src/service.ts';

const DEFINITIONS = [
  IdentityServiceService,
  ConnectorServiceService,
  ShopServiceService,
  SyncServiceService,
  CatalogServiceService,
  EndpointServiceService,
  DeliveryServiceService,
];

type Methods = Calls<typeof IdentityServiceService> &
  Calls<typeof ConnectorServiceService> &
  Calls<typeof ShopServiceService> &
  Calls<typeof SyncServiceService> &
  Calls<typeof CatalogServiceService> &
  Calls<typeof EndpointServiceService> &
  Calls<typeof DeliveryServiceService>;

/** What the services behind the gateway answer: a test gives the methods it needs. */
export type Script = {
  [M in keyof Methods]?: (
    request: Parameters<Methods[M]>[0],
    context: CallContext,
  ) => Awaited<ReturnType<Methods[M]>> | ReturnType<Methods[M]>;
};

export interface SeenCall {
  method: string;
  request: Record<string, unknown>;
  context: StreamContext;
}

export interface Answer {
  status: number;
  headers: Headers;
  // oxlint-disable-next-line typescript/no-explicit-any -- whatever JSON came
  body: any;
  text: string;
}

export interface Send {
  token?: string | undefined;
  /** Sent as JSON. */
  json?: unknown;
  /** Sent as it is. */
  raw?: string | Uint8Array<ArrayBuffer>;
  headers?: Record<string, string>;
}

const quiet: Logger = { debug() {}, info() {}, warn() {}, error() {}, child: () => quiet };

/** The gateway on a real MongoDB, before services that answer what the test scripted, over real gRPC. */
export async function startGateway(script: Script = {}, overrides: Partial<Config> = {}) {
  const keys = await generateKeyPair('EdDSA', { crv: 'Ed25519' });
  const jwk = { ...(await exportJWK(keys.publicKey)), kid: 'k1', alg: 'EdDSA', use: 'sig' };
  const answers = { getSigningKeys: () => ({ jwksJson: JSON.stringify({ keys: [jwk] }) }), ...script } as Script;
  const calls: SeenCall[] = [];
  async function answer(method: string, request: Record<string, unknown>, context: StreamContext): Promise<unknown> {
    calls.push({ method, request, context });
    const scripted = answers[method as keyof Script] as
      | ((request: unknown, context: StreamContext) => unknown)
      | undefined;
    if (scripted === undefined) throw new AppError('not_found', 'NOT_FOUND', '资源不存在');
    return scripted(request, context);
  }
  const handlerOf = (method: string, streams: boolean) =>
    streams
      ? serverStream<Record<string, unknown>, unknown>(async function* (request, context) {
          yield* (await answer(method, request, context)) as AsyncIterable<unknown>;
        })
      : unary<Record<string, unknown>, unknown>((request, context) => answer(method, request, context));
  const peer = rpcServer({
    host: '127.0.0.1',
    port: 0,
    log: quiet,
    services: DEFINITIONS.map((definition) => [
      definition,
      Object.fromEntries(
        Object.entries(definition).map(([method, { responseStream }]) => [method, handlerOf(method, responseStream)]),
      ),
    ]),
  });
  await peer.start();
  const address = `127.0.0.1:${peer.port()}`;
  const { database } = testNames();
  const db = await mongoose.createConnection(stores().mongodb, { dbName: database }).asPromise();
  const service = gateway({
    log: quiet,
    clock: systemClock,
    config: {
      HOST: '127.0.0.1',
      OPS_PORT: 0,
      LOG_LEVEL: 'silent',
      MONGODB_URI: stores().mongodb,
      MONGODB_DATABASE: database,
      KEY_ENCRYPTION_KEYS: `k1:${randomBytes(32).toString('base64')}`,
      GATEWAY_PORT: 0,
      REGISTRY_ADDRESS: address,
      AUTH_ADDRESS: address,
      SHOPS_ADDRESS: address,
      ORCHESTRATOR_ADDRESS: address,
      DISPATCHER_ADDRESS: address,
      INBOUND_LIMIT_PER_SECOND: 10_000,
      ...overrides,
    },
  });
  await service.start();

  interface Claims {
    tenant?: string;
    role?: string;
    sub?: string;
    aud?: string | string[];
    iss?: string;
    expiresIn?: string;
  }

  const token = (
    {
      tenant = 'demo',
      role = 'admin',
      sub = 'user:1',
      aud = ['shops', 'commerce', 'listings'],
      iss = 'crossdock',
      expiresIn = '1h',
    }: Claims = {},
    key = keys.privateKey,
  ) =>
    new SignJWT({ tenant, role })
      .setProtectedHeader({ alg: 'EdDSA', kid: 'k1' })
      .setSubject(sub)
      .setAudience(aud)
      .setIssuer(iss)
      .setIssuedAt('-2h')
      .setExpirationTime(expiresIn)
      .setJti(newId())
      .sign(key);
  const admin = await token();

  async function send(
    method: string,
    path: string,
    { token: given = admin, json, raw, headers = {} }: Send = {},
  ): Promise<Answer> {
    const response = await fetch(service.address() + path, {
      method,
      redirect: 'manual',
      headers: {
        ...(given === '' ? {} : { authorization: `Bearer ${given}` }),
        ...(json === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(json === undefined ? (raw === undefined ? {} : { body: raw }) : { body: JSON.stringify(json) }),
    });
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      text,
      body: /^[[{]/.test(text) ? JSON.parse(text) : undefined,
    };
  }

  return {
    service,
    peer,
    /** Of every service, in order; the fetching of keys left out. */
    calls: () => calls.filter(({ method }) => method !== 'getSigningKeys'),
    script: (more: Script) => void Object.assign(answers, more),
    /** The keyed requests as they are stored. */
    requests: () => db.collection('idempotent_requests'),
    token,
    send,
    async [Symbol.asyncDispose]() {
      await service.stop();
      await peer.stop();
      await db.close();
    },
  };
}

export type Gateway = Awaited<ReturnType<typeof startGateway>>;
