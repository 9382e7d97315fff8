import { createBus } from '@crossdock/bus';
import { ConnectorServiceService } from '@crossdock/contracts/grpc/connector-registry';
import { DeliveryServiceService, EndpointServiceService } from '@crossdock/contracts/grpc/webhook-dispatcher';
import type { Part } from '@crossdock/kernel';
import { connectMongo, createRelay, migrations } from '@crossdock/mongo';
import { createOutbound } from '@crossdock/outbound';
import { rpcClient, rpcServer } from '@crossdock/rpc';
import { createMetrics, createService, type Service, type Surroundings } from '@crossdock/runtime';
import { createVault } from '@crossdock/vault';
import { createCall } from './app/call.ts';
import { connectorNotFound, connectorReads } from './app/connectors.ts';
import { endpointCreation } from './app/create-endpoint.ts';
import { createCredentials } from './app/credentials.ts';
import { deliveryApp } from './app/deliveries.ts';
import { endpointEditing } from './app/edit-endpoint.ts';
import { endpointApp } from './app/endpoints.ts';
import { recoveryApp } from './app/recoveries.ts';
import { secretRotation } from './app/rotate-secret.ts';
import { endpointSecrets } from './app/secrets.ts';
import { testDeliveries } from './app/test-delivery.ts';
import { endpointVerification } from './app/verify-endpoint.ts';
import type { Config } from './config.ts';
import { parkedSweep } from './delivery/parked.ts';
import { createRecoverer } from './delivery/recoverer.ts';
import { payloadRetention } from './delivery/retention.ts';
import { createWorker } from './delivery/worker.ts';
import { onConnectorChanged } from './events/on-connector-changed.ts';
import { onConnectorError } from './events/on-connector-error.ts';
import { onSyncCompleted } from './events/on-sync-completed.ts';
import { deliveryService } from './grpc/delivery-service.ts';
import { endpointService } from './grpc/endpoint-service.ts';
import { MIGRATIONS } from './store/migrations.ts';
import { openStores } from './store/stores.ts';

const NAME = 'webhook-dispatcher';
/** More commands than that are never under way: attempts are as good as stored when they have left. */
const MONGO_CONNECTIONS = 8;

/** All wiring; nothing is connected before `start`. */
export function webhookDispatcher({ config, log, clock }: Surroundings<Config>): Service & { grpcPort(): number } {
  const metrics = createMetrics(NAME);
  const mongo = connectMongo({
    uri: config.MONGODB_URI,
    database: config.MONGODB_DATABASE,
    connections: MONGO_CONNECTIONS,
    log,
  });
  const bus = createBus({
    brokers: config.KAFKA_BROKERS,
    clientId: NAME,
    topicPrefix: config.TOPIC_PREFIX,
    log,
    metrics,
  });
  const registry = rpcClient(ConnectorServiceService, config.REGISTRY_ADDRESS, { metrics });
  const outbound = createOutbound({ allow: config.WEBHOOK_ALLOW, nameServers: config.DNS_SERVERS });
  const secrets = endpointSecrets(createVault(config.KEY_ENCRYPTION_KEYS));

  const stores = openStores(mongo.connection);
  const { models, endpoints, deliveries, recoveries, connectors } = stores;
  const relay = createRelay({
    models: [endpoints.model, deliveries.model, recoveries.model],
    publish: (events) => bus.publish(events),
    log,
    clock,
    metrics,
  });
  const nudges = {
    endpoint: { nudge: (id: string) => relay.nudge(endpoints.model, id) },
    delivery: { nudge: (id: string) => relay.nudge(deliveries.model, id) },
    recovery: { nudge: (id: string) => relay.nudge(recoveries.model, id) },
  };

  const reads = connectorReads({
    connectors,
    async getConnector(tenant, id) {
      const { connector } = await registry.call.getConnector({ id, includeDeleted: false }, { tenant });
      if (connector === undefined) throw connectorNotFound();
      return connector;
    },
  });
  const app = endpointApp({ ...stores, ...nudges.endpoint, reads, clock });
  const call = createCall({ outbound, credentials: createCredentials(secrets), clock });
  const worker = createWorker({ ...stores, app, call, outbound, clock, log, metrics });
  const { wake } = worker;
  const recoverer = createRecoverer({ ...stores, wake, clock, log });

  const deps = { ...stores, endpointApp: app, secrets, outbound, reads, call, wake, clock };
  const ofEndpoint = { ...deps, ...nudges.endpoint };
  const ofDelivery = { ...deps, ...nudges.delivery };
  const recovery = recoveryApp({ ...deps, ...nudges.recovery, wake: recoverer.wake });

  const consumer = bus.consumer({
    group: NAME,
    handlers: [onSyncCompleted(worker.deliver), onConnectorError(worker.deliver), onConnectorChanged(connectors, app)],
  });
  const rpc = rpcServer({
    host: config.HOST,
    port: config.GRPC_PORT,
    log,
    metrics,
    services: [
      [
        EndpointServiceService,
        endpointService({
          app,
          create: endpointCreation(ofEndpoint),
          edit: endpointEditing(ofEndpoint),
          rotate: secretRotation(ofEndpoint),
          verify: endpointVerification(deps),
          clock,
        }),
      ],
      [
        DeliveryServiceService,
        deliveryService({ app: deliveryApp(ofDelivery), sendTest: testDeliveries(ofDelivery), recovery }),
      ],
    ],
  });

  const sweeps = [parkedSweep({ ...stores, wake, clock, log }), payloadRetention({ ...stores, clock, log })];
  const orphans: Part = { name: 'orphaned endpoints', start: app.deleteOrphans, stop: async () => {} };
  const prepare = migrations({ mongo, models, list: MIGRATIONS, log });
  const parts = [mongo, prepare, bus, relay, orphans, registry, worker, ...sweeps, recoverer, consumer, rpc];
  const service = createService({ name: NAME, log, host: config.HOST, opsPort: config.OPS_PORT, parts, metrics });
  return Object.assign(service, { grpcPort: () => rpc.port() });
}
