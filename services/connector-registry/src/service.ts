import { createBus } from '@crossdock/bus';
import { auditRecorded, connectorChanged, connectorError } from '@crossdock/contracts';
import {
  CallBudgetServiceService,
  ConnectorServiceService,
  CredentialServiceService,
} from '@crossdock/contracts/grpc/connector-registry';
import type { Part } from '@crossdock/kernel';
import { connectMongo, createRelay, migrations } from '@crossdock/mongo';
import { createPlatforms } from '@crossdock/platforms';
import { rpcServer } from '@crossdock/rpc';
import { createMetrics, createService, type Service, type Surroundings } from '@crossdock/runtime';
import { createVault } from '@crossdock/vault';
import { callBudgets } from './app/call-budgets.ts';
import { refusalBell } from './app/refusal-bell.ts';
import { registryApp } from './app/registry-app.ts';
import { rounds } from './app/rounds.ts';
import type { Config } from './config.ts';
import { callRates } from './domain/call-rates.ts';
import { quotasOf } from './domain/slots.ts';
import { onSyncCompleted } from './events/on-sync-completed.ts';
import { callBudgetService } from './grpc/call-budget-service.ts';
import { connectorService } from './grpc/connector-service.ts';
import { credentialService } from './grpc/credential-service.ts';
import { callBudgetStore } from './store/call-budgets.ts';
import { connectorStore } from './store/connectors.ts';
import { connectorMigrations } from './store/migrations.ts';
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
  const budgetStore = callBudgetStore(mongo.connection);
  const bell = refusalBell(budgetStore, log);
  const budgets = callBudgets({
    budgets: budgetStore,
    bell,
    platforms,
    rates: callRates(config.PLATFORM_CALLS_PER_SECOND),
    metrics,
    log,
  });
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
    budgets,
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
      [CallBudgetServiceService, callBudgetService(budgets)],
    ],
    log,
    metrics,
  });
  const schema = migrations({
    mongo,
    models: [connectors.model, states.model, budgetStore.model],
    list: connectorMigrations,
    log,
  });
  const platformCalls: Part = { name: 'platforms', start: async () => {}, stop: () => platforms.close() };
  const background = [
    rounds({ name: 'credential renewal', everyMs: 15_000, round: app.keepAlive, log }),
    rounds({ name: 'health checks', everyMs: 5_000, round: app.probeDue, log }),
    rounds({ name: 'purge', everyMs: 3_600_000, round: app.purge, log }),
  ];
  const consumer = bus.consumer({ group: name, handlers: [onSyncCompleted(app)] });

  void bus.ensureTopics([connectorChanged, connectorError, auditRecorded]);
  const parts = [mongo, bus, schema, platformCalls, relay, grpc, bell, consumer, ...background];
  return Object.assign(createService({ name, log, host: config.HOST, opsPort: config.OPS_PORT, parts, metrics }), {
    grpcPort: () => grpc.port(),
  });
}
