import { createBus, type Bus } from '@crossdock/bus';
import {
  type AcquireCredentialRequest,
  type Connector,
  ConnectorServiceService,
  type CreateConnectorRequest,
  CredentialServiceService,
} from '@crossdock/contracts/grpc/connector-registry';
import { type Clock, newId, sha256Hex } from '@crossdock/kernel';
import { connectMongo, type Mongo } from '@crossdock/mongo';
import { rpcClient, type RpcClient } from '@crossdock/rpc';
import { createPlatforms } from '@crossdock/platforms';
import { createLogger, readConfig, type Service } from '@crossdock/runtime';
import { type Sandbox, type SandboxControl, sandboxControl, startSandbox } from '@crossdock/sandbox';
import { receiver, type Receiver, recordsOf, stores, testNames } from '@crossdock/testing';
import { createVault } from '@crossdock/vault';
import { randomBytes } from 'node:crypto';
import { registryApp } from '../src/app/registry-app.ts';
import { configSchema } from '../src/config.ts';
import { quotasOf } from '../src/domain/slots.ts';
import { connectorRegistry } from '../src/service.ts';
import type { ConnectorRow } from '../src/store/connector-row.ts';
import { connectorStore } from '../src/store/connectors.ts';
import { oauthStateStore } from '../src/store/oauth-states.ts';

export interface Instance {
  connectors: RpcClient<typeof ConnectorServiceService>['call'];
  credentials: RpcClient<typeof CredentialServiceService>['call'];
}

export interface Options {
  /** Processes of the service on one database. */
  instances?: number;
  quotas?: string;
}

const DAY_MS = 86_400_000;

/** The service on real stores with the platform's sandbox; its clock can be moved, the sandbox's along with it. */
export async function startRegistry({ instances = 1, quotas = '' }: Options = {}) {
  const { database, topicPrefix } = testNames();
  const log = createLogger('connector-registry', 'silent');
  const sandbox: Sandbox = await startSandbox({ port: 0, controlPort: 0 });
  const control: SandboxControl = sandboxControl(sandbox.controlUrl);
  const browser: Receiver = await receiver();
  const mongo: Mongo = connectMongo({ uri: stores().mongodb, database, log });
  const bus: Bus = createBus({ brokers: stores().kafka, clientId: 'test', topicPrefix, log });
  let offsetMs = 0;
  const clock: Clock = () => new Date(Date.now() + offsetMs);
  const platforms = createPlatforms({
    taobao: { authUrl: `${sandbox.url}/taobao`, apiUrl: `${sandbox.url}/taobao/router/rest` },
  });

  const config = readConfig(configSchema, {
    OPS_PORT: '0',
    GRPC_PORT: '0',
    MONGODB_URI: stores().mongodb,
    MONGODB_DATABASE: database,
    KAFKA_BROKERS: stores().kafka.join(','),
    TOPIC_PREFIX: topicPrefix,
    KEY_ENCRYPTION_KEYS: `k1:${randomBytes(32).toString('base64')}`,
    PUBLIC_URL: browser.url,
    TAOBAO_AUTH_URL: `${sandbox.url}/taobao`,
    TAOBAO_API_URL: `${sandbox.url}/taobao/router/rest`,
    CONNECTOR_QUOTAS: quotas,
    CONNECTOR_QUOTA_DEFAULT: '10',
  });

  const app = registryApp({
    connectors: connectorStore(mongo.connection),
    states: oauthStateStore(mongo.connection),
    platforms,
    vault: createVault(config.KEY_ENCRYPTION_KEYS),
    quotas: quotasOf(quotas, 10),
    publicUrl: browser.url,
    budgets: { gate: () => ({ take: async () => {}, done: () => {} }), remainingShare: async () => 1 },
    nudge: () => {},
    clock,
    log,
  });

  const services: Service[] = [];
  const running: Instance[] = [];
  const clients: RpcClient<never>[] = [];
  await mongo.start();
  await bus.start();
  for (let index = 0; index < instances; index += 1) {
    const service = connectorRegistry({ config, log, clock });
    await service.start();
    services.push(service);
    const address = `127.0.0.1:${service.grpcPort()}`;
    const connectors = rpcClient(ConnectorServiceService, address, { deadlineMs: 25_000 });
    const credentials = rpcClient(CredentialServiceService, address, { deadlineMs: 25_000 });
    clients.push(connectors as never, credentials as never);
    running.push({ connectors: connectors.call, credentials: credentials.call });
  }
  const [first] = running as [Instance];
  let lastState = '';
  const as = (tenant: string) => ({ tenant, actor: 'user:u1' });

  async function create(tenant: string, shopId: string, changes: Partial<CreateConnectorRequest> = {}) {
    const response = await first.connectors.createConnector(newConnector(shopId, changes), as(tenant));
    return { connector: response.connector as Connector, authUrl: response.authUrl };
  }

  /** The merchant says yes for a shop; answers what the platform's redirect carried. */
  async function approve(
    authUrl: string,
    shopId: string,
    yes = true,
    platform: 'tmall' | 'taobao' = 'tmall',
  ): Promise<{ code: string; state: string; error: string }> {
    await control.putShop(platform, shopId, { products: 1 });
    const { location } = await control.authorize({ auth_url: authUrl, shop_id: shopId, approve: yes });
    const query = new URL(location).searchParams;
    lastState = query.get('state') ?? '';
    return { code: query.get('code') ?? '', state: lastState, error: query.get('error') ?? '' };
  }

  async function connect(tenant: string, shopId: string): Promise<Connector> {
    const { connector, authUrl } = await create(tenant, shopId);
    const callback = await approve(authUrl, shopId);
    await first.connectors.completeAuthorization({ platform: 'tmall', ...callback });
    return get(tenant, connector.id);
  }

  async function get(tenant: string, id: string): Promise<Connector> {
    return (await first.connectors.getConnector({ id, includeDeleted: true }, as(tenant))).connector as Connector;
  }

  return {
    ...first,
    instances: running,
    control,
    bus,
    as,
    create,
    approve,
    connect,
    get,
    acquire: (tenant: string, request: Partial<AcquireCredentialRequest>) =>
      first.credentials.acquireCredential(
        { connectorId: '', taskId: '', refusedVersion: undefined, ...request },
        as(tenant),
      ),
    /** A further process of the service on the same database: no port, no rounds of its own. */
    app,
    /** Requests for tokens: exchanges of codes and renewals. */
    tokenCalls: () => control.requests({ platform: 'tmall', match: '/taobao/token' }),
    /** How often the platform was asked to renew the shop's tokens. */
    async refreshes(shopId: string): Promise<number> {
      const asked = await control.requests({ platform: 'tmall', match: `client_id=${appKeyOf(shopId)}` });
      return asked.filter(({ body }) => String(body).includes('grant_type=refresh_token')).length;
    },
    /** How often the platform was asked whose token it is. */
    async probes(shopId: string): Promise<number> {
      const asked = await control.requests({ platform: 'tmall', match: `app_key=${appKeyOf(shopId)}` });
      return asked.filter(({ body }) => String(body).includes('taobao.user.seller.get')).length;
    },
    /** The state of the last merchant's decision. */
    lastState: () => lastState,
    /** Leaves a state as a process does that dies while it exchanges. */
    interruptExchange: (state: string) =>
      mongo.connection
        .collection<{ _id: string }>('oauth_states')
        .updateOne(
          { _id: sha256Hex(state) },
          { $set: { status: 'exchanging', outcome: null, leaseUntil: new Date(0) } },
        ),
    /** What stands in the database, as it is. */
    stored: (id: string) => mongo.connection.collection<ConnectorRow>('connectors').findOne({ _id: id }),
    /** A write of another process. */
    alter: (id: string, fields: object) =>
      mongo.connection.collection<ConnectorRow>('connectors').updateOne({ _id: id }, { $set: fields }),
    /** No health check is due, however far the clock was moved: rounds come by nothing but what a test makes due. */
    noneDue: () =>
      mongo.connection.collection<ConnectorRow>('connectors').updateMany({}, { $set: { nextProbeAt: null } }),
    /** Commands on connectors that looked at every one of them while the work was done. */
    async scans(work: () => Promise<unknown>): Promise<unknown[]> {
      const { db } = mongo.connection;
      await db!.command({ profile: 2 });
      await work();
      await db!.command({ profile: 0 });
      const read = db!.collection('system.profile').find({ ns: `${database}.connectors`, planSummary: 'COLLSCAN' });
      return (await read.toArray()).map(({ command }) => command as unknown);
    },
    now: clock,
    /** The data of a topic's events about one connector, oldest first. */
    async told(topic: string, connectorId: string): Promise<Record<string, unknown>[]> {
      const records = (await recordsOf(topic, { topicPrefix })).map(
        ({ value }) => JSON.parse(String(value)) as Record<string, unknown>,
      );
      return records.filter((data) => data.connector_id === connectorId || data.target === `connector/${connectorId}`);
    },
    async advance(days: number): Promise<void> {
      offsetMs += days * DAY_MS;
      await control.moveClock({ advance_ms: days * DAY_MS });
    },
    async stop(): Promise<void> {
      for (const client of clients) await client.stop();
      for (const service of services) await service.stop();
      await platforms.close();
      await mongo.connection.dropDatabase();
      await mongo.stop();
      await bus.stop();
      await browser.stop();
      await sandbox.stop();
    },
  };
}

export type Registry = Awaited<ReturnType<typeof startRegistry>>;

/** Each shop has an app of its own, by which its calls are told apart. */
export const appKeyOf = (shopId: string): string => `sandbox-${shopId}-key`;

export const newConnector = (
  shopId: string,
  changes: Partial<CreateConnectorRequest> = {},
): CreateConnectorRequest => ({
  name: '天猫旗舰店',
  platform: 'tmall',
  config: { app_key: appKeyOf(shopId), app_secret: 'sandbox-secret', shop_id: shopId },
  syncIntervalMinutes: 15,
  idempotencyKey: '',
  bodyHash: '',
  ...changes,
});

/** A shop nobody else uses. */
export const newShop = (): string => String(BigInt(`0x${newId().replaceAll('-', '').slice(-15)}`));
