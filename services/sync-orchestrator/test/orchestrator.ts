import {
  CallBudgetServiceService,
  ConnectorServiceService,
  CredentialServiceService,
  type AcquireCredentialResponse,
  type CallBudgetServiceServer,
  Connector,
  type ConnectorServiceServer,
  type CredentialServiceServer,
  type PlatformCall,
} from '@crossdock/contracts/grpc/connector-registry';
import { CatalogServiceService, SyncServiceService } from '@crossdock/contracts/grpc/sync-orchestrator';
import { AppError, newId, sleep } from '@crossdock/kernel';
import { createPlatforms } from '@crossdock/platforms';
import { rpcClient, rpcServer, unary } from '@crossdock/rpc';
import { readConfig } from '@crossdock/runtime';
import { sandboxControl, startSandbox } from '@crossdock/sandbox';
import { stores, testNames } from '@crossdock/testing';
import mongoose from 'mongoose';
import { request } from 'undici';
import { configSchema } from '../src/config.ts';
import { syncOrchestrator } from '../src/service.ts';
import { silent } from './engine.ts';

const CONFIG = { app_key: 'sandbox-app', app_secret: 'sandbox-secret', shop_id: '90001' };

/** A registry that knows the given connectors of tenant demo, over real gRPC. */
function registryPeer(
  known: Map<string, { connector: Connector; credential: AcquireCredentialResponse }>,
  reported: PlatformCall[],
) {
  const entry = (id: string, tenant: string) => {
    const found = known.get(id);
    if (found === undefined || found.connector.tenant !== tenant) throw new AppError('not_found', '', '连接器不存在');
    return found;
  };
  const connectors = {
    getConnector: unary(async ({ id }: { id: string }, { tenant }) => ({ connector: entry(id, tenant).connector })),
  };
  const credentials = {
    acquireCredential: unary(
      async ({ connectorId }: { connectorId: string }, { tenant }) => entry(connectorId, tenant).credential,
    ),
    reportCalls: unary(async ({ calls }: { calls: PlatformCall[] }) => {
      reported.push(...calls);
      return {};
    }),
  };
  const budgets: CallBudgetServiceServer = {
    leaseCalls: unary(async () => {
      const nowMs = Date.now();
      const slices = [{ fromMs: nowMs, calls: 10_000, spacingMs: 0.1, priority: undefined }];
      return { slices, nowMs, callsPerSecond: 10_000, pausedMs: 0, refusals: 0, waitMs: [0, 0, 0] };
    }),
    watchRefusals: unary(async (_, { signal }) => {
      await sleep(1_000, signal);
      return { refusals: 0, pausedMs: 0, callsPerSecond: 10_000 };
    }),
  };
  return rpcServer({
    host: '127.0.0.1',
    port: 0,
    services: [
      [CallBudgetServiceService, budgets],
      [ConnectorServiceService, connectors as unknown as ConnectorServiceServer],
      [CredentialServiceService, credentials as unknown as CredentialServiceServer],
    ] as never,
    log: silent,
  });
}

/** The merchant says yes: an access token of the sandbox for one shop. */
async function authorise(sandbox: { url: string; controlUrl: string }, shopId: string): Promise<string> {
  const platforms = createPlatforms({
    taobao: { authUrl: `${sandbox.url}/taobao`, apiUrl: `${sandbox.url}/taobao/router/rest` },
  });
  const adapter = platforms.get('tmall')!;
  const redirectUri = 'http://127.0.0.1:9/oauth/callback/tmall';
  const asked = new URL(adapter.authorizeUrl({ config: CONFIG, redirectUri, state: 's' }));
  const decision = new URLSearchParams([...asked.searchParams, ['shop_id', shopId], ['decision', 'approve']]);
  const { headers, body } = await request(asked.origin + asked.pathname, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: decision.toString(),
  });
  await body.dump();
  const location = String(headers['location']);
  const code = new URL(location).searchParams.get('code')!;
  const { accessToken } = await adapter.exchangeCode({ config: CONFIG, code, redirectUri, now: () => new Date() });
  await platforms.close();
  return accessToken;
}

/** The whole service on real stores, with a registry peer over gRPC and a shop in the sandbox. */
export async function startOrchestrator(products: number) {
  const { database, topicPrefix } = testNames();
  const sandbox = await startSandbox({ port: 0, controlPort: 0 });
  const control = sandboxControl(sandbox.controlUrl);
  await control.putShop('tmall', CONFIG.shop_id, { products, seed: 7 });
  const accessToken = await authorise(sandbox, CONFIG.shop_id);

  const known = new Map<string, { connector: Connector; credential: AcquireCredentialResponse }>();
  const reported: PlatformCall[] = [];
  const peer = registryPeer(known, reported);
  await peer.start();

  const connectorId = newId();
  const syncTypes = ['products', 'orders', 'inventory', 'reviews'];
  const connector = {
    ...Connector.decode(new Uint8Array()),
    id: connectorId,
    tenant: 'demo',
    platform: 'tmall',
    status: 'connected',
    syncTypes,
  };
  const credential = {
    state: 'ok',
    accessToken,
    version: 1,
    config: CONFIG,
    platform: 'tmall',
    shopId: CONFIG.shop_id,
    expiresAt: undefined,
  };
  known.set(connectorId, { connector, credential });

  const config = readConfig(configSchema, {
    OPS_PORT: '0',
    GRPC_PORT: '0',
    MONGODB_URI: stores().mongodb,
    MONGODB_DATABASE: database,
    KAFKA_BROKERS: stores().kafka.join(','),
    TOPIC_PREFIX: topicPrefix,
    REGISTRY_ADDRESS: `127.0.0.1:${peer.port()}`,
    TAOBAO_AUTH_URL: `${sandbox.url}/taobao`,
    TAOBAO_API_URL: `${sandbox.url}/taobao/router/rest`,
  });
  const service = syncOrchestrator({ config, log: silent, clock: () => new Date() });
  await service.start();
  const address = `127.0.0.1:${service.grpcPort()}`;
  const [sync, catalog] = [rpcClient(SyncServiceService, address), rpcClient(CatalogServiceService, address)];

  return {
    topicPrefix,
    control,
    connectorId,
    known,
    reported,
    sync: sync.call,
    catalog: catalog.call,
    opsAddress: () => service.opsAddress,
    async [Symbol.asyncDispose]() {
      await sync.stop();
      await catalog.stop();
      await service.stop();
      await peer.stop();
      await sandbox.stop();
      const connection = await mongoose.createConnection(stores().mongodb, { dbName: database }).asPromise();
      await connection.dropDatabase();
      await connection.close();
    },
  };
}
