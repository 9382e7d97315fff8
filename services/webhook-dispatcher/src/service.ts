import { createBus } from '@crossdock/bus';
import { ConnectorServiceService } from '@crossdock/contracts/grpc/connector-registry';
import { DeliveryServiceService, EndpointServiceService } from '@crossdock/contracts/grpc/webhook-dispatcher';
import { connectMongo, createRelay, migrations } from '@crossdock/mongo';
import { createOutbound } from '@crossdock/outbound';
import { rpcClient, rpcServer } from '@crossdock/rpc';
import { createMetrics, createService, type Service, type Surroundings } from '@crossdock/runtime';
import { createVault } from '@crossdock/vault';
import { connectorNotFound, connectorReads } from './app/connectors.ts';
import { endpointCreation } from './app/create-endpoint.ts';
import { deliveryApp } from './app/deliveries.ts';
import { endpointApp } from './app/endpoints.ts';
import { endpointSecrets } from './app/secrets.ts';
import type { Config } from './config.ts';
import { createWorker } from './delivery/worker.ts';
import { onConnectorChanged } from './events/on-connector-changed.ts';
import { onConnectorError } from './events/on-connector-error.ts';
import { onSyncCompleted } from './events/on-sync-completed.ts';
import { deliveryService } from './grpc/delivery-service.ts';
import { endpointService } from './grpc/endpoint-service.ts';
import { attemptStore } from './store/attempts.ts';
import { connectorStore } from './store/connectors.ts';
import { deliveryStore } from './store/deliveries.ts';
import { deliveryLog } from './store/delivery-log.ts';
import { endpointStore } from './store/endpoints.ts';
import { workerStore } from './store/workers.ts';

const NAME = 'webhook-dispatcher';

/** All wiring; nothing is connected before `start`. */
export function webhookDispatcher({ config, log, clock }: Surroundings<Config>): Service & { grpcPort(): number } {
  const metrics = createMetrics(NAME);
  const mongo = connectMongo({ uri: config.MONGODB_URI, database: config.MONGODB_DATABASE, log });
  const bus = createBus({
    brokers: config.KAFKA_BROKERS,
    clientId: NAME,
    topicPrefix: config.TOPIC_PREFIX,
    log,
    metrics,
  });
  const registry = rpcClient(ConnectorServiceService, config.REGISTRY_ADDRESS, { metrics });
  const outbound = createOutbound({ allow: config.WEBHOOK_ALLOW });
  const secrets = endpointSecrets(createVault(config.KEY_ENCRYPTION_KEYS));

  const endpoints = endpointStore(mongo.connection);
  const connectors = connectorStore(mongo.connection);
  const deliveries = deliveryStore(mongo.connection);
  const attempts = attemptStore(mongo.connection);
  const workers = workerStore(mongo.connection);
  const models = [endpoints.model, connectors.model, deliveries.model, attempts.model, workers.model];
  const relay = createRelay({
    models: [endpoints.model],
    publish: (events) => bus.publish(events),
    log,
    clock,
    metrics,
  });
  const nudge = (endpointId: string) => relay.nudge(endpoints.model, endpointId);

  const reads = connectorReads({
    connectors,
    async getConnector(tenant, id) {
      const { connector } = await registry.call.getConnector({ id, includeDeleted: false }, { tenant });
      if (connector === undefined) throw connectorNotFound();
      return connector;
    },
  });
  const app = endpointApp({ endpoints, deliveries, reads, nudge, clock });
  const createEndpoint = endpointCreation({ endpoints, connectors, reads, secrets, outbound, nudge, clock });
  const worker = createWorker({
    endpoints,
    deliveries,
    attempts,
    workers,
    secrets,
    outbound,
    disableGone: app.disableGone,
    clock,
    log,
    metrics,
  });
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
      [EndpointServiceService, endpointService(createEndpoint, app)],
      [
        DeliveryServiceService,
        deliveryService(deliveryApp({ endpointApp: app, log: deliveryLog(deliveries.model), attempts })),
      ],
    ],
  });

  const parts = [mongo, migrations({ mongo, models, log }), bus, relay, registry, worker, consumer, rpc];
  const service = createService({ name: NAME, log, host: config.HOST, opsPort: config.OPS_PORT, parts, metrics });
  return Object.assign(service, { grpcPort: () => rpc.port() });
}
