import { createBus } from '@crossdock/bus';
import { auditRecorded, connectorChanged, connectorError } from '@crossdock/contracts';
import { ConnectorServiceService, CredentialServiceService } from '@crossdock/contracts/grpc/connector-registry';
import type { Part } from '@crossdock/kernel';
import { connectMongo, createRelay, migrations } from '@crossdock/mongo';
import { createPlatforms } from '@crossdock/platforms';
import { rpcServer } from '@crossdock/rpc';
import { createMetrics, createService, type Service, type Surroundings } from '@crossdock/runtime';
import { createVault } from '@crossdock/vault';
import { registryApp } from './app/registry-app.ts';
import type { Config } from './config.ts';
import { quotasOf } from './domain/slots.ts';
import { onSyncCompleted } from './events/on-sync-completed.ts';
import { connectorService } from './grpc/connector-service.ts';
import { credentialService } from './grpc/credential-service.ts';
import { connectorStore } from './store/connectors.ts';
import { oauthStateStore } from './store/oauth-states.ts';

export function connectorRegistry({ config, log, clock }: Surroundings<Config>): Service & { grpcPort(): number } {
  const name = 'connector-registry';
  const metrics = createMetrics(name);
  const mongo = connectMongo({ uri: config.MONGODB_URI, database: config.MONGODB_DATABASE, log });
  const bus = createBus({
    brokers: config.KAFKA_BROKERS,
    clientId: name,
    topicPrefix: config.TOPIC_PREFIX,
    log,
    metrics,
  });
  const platforms = createPlatforms({ taobao: { authUrl: config.TAOBAO_AUTH_URL, apiUrl: config.TAOBAO_API_URL } });
  const connectors = connectorStore(mongo.connection);
  const states = oauthStateStore(mongo.connection);
  const relay = createRelay({
    models: [connectors.model],
    publish: (events) => bus.publish(events),
    log,
    clock,
    metrics,
  });

  const app = registryApp({
    connectors,
    states,
    platforms,
    vault: createVault(config.KEY_ENCRYPTION_KEYS),
    quotas: quotasOf(config.CONNECTOR_QUOTAS, config.CONNECTOR_QUOTA_DEFAULT),
    publicUrl: config.PUBLIC_URL.replace(/\/$/, ''),
    nudge: (id) => relay.nudge(connectors.model, id),
    clock,
    log,
  });

  const grpc = rpcServer({
    host: config.HOST,
    port: config.GRPC_PORT,
    services: [
      [ConnectorServiceService, connectorService(app, platforms)],
      [CredentialServiceService, credentialService(app)],
    ],
    log,
    metrics,
  });
  const schema = migrations({ mongo, models: [connectors.model, states.model], log });
  const platformCalls: Part = { name: 'platforms', start: async () => {}, stop: () => platforms.close() };
  const consumer = bus.consumer({ group: name, handlers: [onSyncCompleted(app)] });

  void bus.ensureTopics([connectorChanged, connectorError, auditRecorded]);
  const parts = [mongo, bus, schema, platformCalls, relay, grpc, consumer];
  return Object.assign(createService({ name, log, host: config.HOST, opsPort: config.OPS_PORT, parts, metrics }), {
    grpcPort: () => grpc.port(),
  });
}
