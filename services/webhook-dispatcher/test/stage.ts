import { createBus } from '@crossdock/bus';
import { connectorChanged, connectorError, syncCompleted, type Event } from '@crossdock/contracts';
import {
  ConnectorServiceService,
  type Connector,
  type GetConnectorRequest,
  type GetConnectorResponse,
} from '@crossdock/contracts/grpc/connector-registry';
import {
  DeliveryServiceService,
  EndpointServiceService,
  type CreateEndpointRequest,
  type EndpointOptions,
  type UpdateEndpointRequest,
} from '@crossdock/contracts/grpc/webhook-dispatcher';
import { AppError, newId, systemClock, type Clock, type Logger } from '@crossdock/kernel';
import { rpcClient, rpcServer, unary } from '@crossdock/rpc';
import { readConfig } from '@crossdock/runtime';
import { stores, testNames } from '@crossdock/testing';
import type { ServiceDefinition } from '@grpc/grpc-js';
import mongoose from 'mongoose';
import { configSchema } from '../src/config.ts';
import { webhookDispatcher } from '../src/service.ts';

export const quiet: Logger = { debug() {}, info() {}, warn() {}, error() {}, child: () => quiet };
/** A busy machine may take its time. */
const PATIENT = { deadlineMs: 25_000 };

export const KEY = `k1:${Buffer.alloc(32, 7).toString('base64')}`;
const AT = '2026-03-14T10:15:00.000Z';

const CONNECTOR: Connector = {
  id: '',
  tenant: '',
  name: '旗舰店',
  platform: 'tmall',
  status: 'connected',
  statusReason: '',
  shopId: '1',
  shopName: '',
  config: {},
  syncIntervalMinutes: 15,
  statistics: undefined,
  nextSyncAt: undefined,
  createdAt: undefined,
  updatedAt: undefined,
  deletedAt: undefined,
  version: 1,
  syncTypes: ['products'],
  revision: 1,
};

/** A registry that knows whichever connectors are put into it, by `tenant/id`. */
async function fakeRegistry() {
  const living = new Set<string>();
  let calls = 0;
  const getConnector = unary<GetConnectorRequest, GetConnectorResponse>(async ({ id }, { tenant }) => {
    calls += 1;
    if (!living.has(`${tenant}/${id}`)) throw new AppError('not_found', 'CONNECTOR_NOT_FOUND', '连接器不存在');
    return { connector: { ...CONNECTOR, id, tenant } };
  });
  const definition = { getConnector: ConnectorServiceService.getConnector } as unknown as ServiceDefinition;
  const server = rpcServer({ host: '127.0.0.1', port: 0, services: [[definition, { getConnector }]], log: quiet });
  await server.start();
  return { living, server, calls: () => calls };
}

/** What stands around dispatchers in a test: a registry, a bus to send events by, a database of their own. */
export async function stage() {
  const { database, topicPrefix } = testNames();
  const registry = await fakeRegistry();
  const bus = createBus({ brokers: stores().kafka, clientId: 'test', topicPrefix, log: quiet });
  await bus.ensureTopics([syncCompleted, connectorError, connectorChanged]);
  await bus.start();
  const db = mongoose.createConnection();
  await db.openUri(stores().mongodb, { dbName: database });
  const open: (() => Promise<void>)[] = [];

  const environment = (allow: string): Record<string, string> => ({
    OPS_PORT: '0',
    GRPC_PORT: '0',
    MONGODB_URI: stores().mongodb,
    MONGODB_DATABASE: database,
    KAFKA_BROKERS: stores().kafka.join(','),
    TOPIC_PREFIX: topicPrefix,
    KEY_ENCRYPTION_KEYS: KEY,
    REGISTRY_ADDRESS: `127.0.0.1:${registry.server.port()}`,
    WEBHOOK_ALLOW: allow,
  });

  async function dispatcher({
    allow = '127.0.0.0/8',
    clock = systemClock,
    log = quiet,
  }: { allow?: string; clock?: Clock; log?: Logger } = {}) {
    const service = webhookDispatcher({ config: readConfig(configSchema, environment(allow)), log, clock });
    await service.start();
    const endpoints = rpcClient(EndpointServiceService, `127.0.0.1:${service.grpcPort()}`, PATIENT);
    const deliveries = rpcClient(DeliveryServiceService, `127.0.0.1:${service.grpcPort()}`, PATIENT);
    open.push(async () => {
      await endpoints.stop();
      await deliveries.stop();
      await service.stop();
    });
    return { service, endpoints: endpoints.call, deliveries: deliveries.call };
  }

  /** A new connector that the registry knows. */
  function connector(tenant = 'demo'): string {
    const id = newId();
    registry.living.add(`${tenant}/${id}`);
    return id;
  }

  async function close(): Promise<void> {
    await Promise.all(open.map((end) => end()));
    await bus.stop();
    await registry.server.stop();
    await db.dropDatabase();
    await db.close();
  }

  return { database, topicPrefix, registry, bus, db, environment, dispatcher, connector, close };
}

export type Stage = Awaited<ReturnType<typeof stage>>;

export const as = (tenant = 'demo') => ({ tenant, actor: 'user:1' });

export const newEndpoint = (
  connectorId: string,
  url: string,
  more: Partial<CreateEndpointRequest> = {},
): CreateEndpointRequest => ({
  connectorId,
  url,
  events: ['sync.completed'],
  secret: 'your_webhook_secret',
  idempotencyKey: '',
  bodyHash: '',
  options: undefined,
  ...more,
});

/** No option, but these. */
export const options = (given: Partial<EndpointOptions>): EndpointOptions => ({
  filterJson: undefined,
  headers: undefined,
  retrySchedule: undefined,
  throttle: undefined,
  payload: undefined,
  ...given,
});

/** A change of nothing but this. */
export const editOf = (
  connectorId: string,
  id: string,
  change: Partial<UpdateEndpointRequest>,
): UpdateEndpointRequest => ({
  connectorId,
  id,
  events: undefined,
  options: undefined,
  ...change,
});

export const completed = (
  connectorId: string,
  { tenant = 'demo', status = 'completed' as 'completed' | 'failed' | 'cancelled' } = {},
): Event =>
  syncCompleted.create({
    tenantId: tenant,
    source: 'sync-orchestrator',
    data: {
      task_id: newId(),
      connector_id: connectorId,
      platform: 'tmall',
      sync_type: 'products',
      mode: 'full',
      status,
      progress: { total: 3, synced: 3, failed: 0, skipped: 0 },
      totals: { products: 3, orders_30d: 0 },
      reason: null,
      started_at: AT,
      completed_at: AT,
      duration_seconds: 2,
    },
  });

export const trouble = (connectorId: string, kind: 'error' | 'disconnected' | 'recovered'): Event =>
  connectorError.create({
    tenantId: 'demo',
    source: 'connector-registry',
    data: {
      connector_id: connectorId,
      platform: 'tmall',
      version: 2,
      kind,
      reason: 'auth_revoked',
      message: '授权已失效',
      at: AT,
    },
  });

export const changed = (connectorId: string, version: number, deleted: boolean): Event =>
  connectorChanged.create({
    tenantId: 'demo',
    source: 'connector-registry',
    data: {
      connector_id: connectorId,
      platform: 'tmall',
      version,
      status: 'connected',
      status_reason: null,
      sync_interval_minutes: 15,
      deleted,
    },
  });
