import { createBus } from '@crossdock/bus';
import { auditRecorded, recordsChanged, syncCompleted, syncRequested } from '@crossdock/contracts';
import {
  CallBudgetServiceService,
  ConnectorServiceService,
  CredentialServiceService,
} from '@crossdock/contracts/grpc/connector-registry';
import { CatalogServiceService, SyncServiceService } from '@crossdock/contracts/grpc/sync-orchestrator';
import { AppError, type Part } from '@crossdock/kernel';
import { connectMongo, createRelay, migrations } from '@crossdock/mongo';
import { createPlatforms } from '@crossdock/platforms';
import { rpcClient, rpcServer } from '@crossdock/rpc';
import { createMetrics, createService, type Service, type Surroundings } from '@crossdock/runtime';
import { cancelSync } from './app/cancel-sync.ts';
import { connectors } from './app/connectors.ts';
import { listRecords } from './app/list-records.ts';
import { measureLiveTasks, syncMeter } from './app/metrics.ts';
import { readTasks } from './app/read-tasks.ts';
import { reviewDeletions } from './app/review-deletions.ts';
import { scheduleMeter } from './app/schedule-metrics.ts';
import { schedules } from './app/schedules.ts';
import { startSync } from './app/start-sync.ts';
import { syncRecords } from './app/sync-records.ts';
import { watchTasks } from './app/watch-task.ts';
import type { Config } from './config.ts';
import { onConnectorChanged } from './events/on-connector-changed.ts';
import { onSyncRequested } from './events/on-sync-requested.ts';
import { catalogService } from './grpc/catalog-service.ts';
import { syncService } from './grpc/sync-service.ts';
import { entityStores } from './store/entities.ts';
import { recordErrorStore } from './store/record-errors.ts';
import { scheduledTaskStore } from './store/scheduled-tasks.ts';
import { scheduleStore } from './store/schedules.ts';
import { storeMigrations } from './store/migrations.ts';
import { streamStore } from './store/streams.ts';
import { syncTaskStore } from './store/sync-tasks.ts';
import { taskClaimStore } from './store/task-claims.ts';
import { taskPageStore } from './store/task-pages.ts';
import { taskModel } from './store/task-rows.ts';
import { readTaskStates } from './store/task-states.ts';
import { callLeases } from './worker/call-budget-leases.ts';
import { callBudgets } from './worker/call-budgets.ts';
import { callReports } from './worker/call-reports.ts';
import { closedShops } from './worker/closed-shops.ts';
import { runTask } from './worker/run-task.ts';
import { scheduler } from './worker/scheduler.ts';
import { workerSlots } from './worker/slots.ts';

/** With the two hundred of most platforms it comes to less than a thousand. */
const PAGE_ROWS = 800;

export function syncOrchestrator({ config, log, clock }: Surroundings<Config>): Service & { grpcPort(): number } {
  const metrics = createMetrics('sync-orchestrator');
  const mongo = connectMongo({ uri: config.MONGODB_URI, database: config.MONGODB_DATABASE, log });
  const bus = createBus({
    brokers: config.KAFKA_BROKERS,
    clientId: 'sync-orchestrator',
    topicPrefix: config.TOPIC_PREFIX,
    log,
    metrics,
  });
  const [registry, credentials, budgets] = [
    rpcClient(ConnectorServiceService, config.REGISTRY_ADDRESS, { metrics }),
    rpcClient(CredentialServiceService, config.REGISTRY_ADDRESS, { metrics }),
    rpcClient(CallBudgetServiceService, config.REGISTRY_ADDRESS, { metrics }),
  ];
  const platforms = createPlatforms({ taobao: { authUrl: config.TAOBAO_AUTH_URL, apiUrl: config.TAOBAO_API_URL } });
  const platformPools: Part = { name: 'platforms', start: async () => {}, stop: platforms.close };

  const { connection } = mongo;
  const relay = createRelay({ models: [taskModel(connection)], publish: bus.publish, log, clock, metrics });
  const [tasks, claims, streams] = [
    syncTaskStore(connection, relay),
    taskClaimStore(connection, relay),
    streamStore(connection),
  ];
  const entities = entityStores(connection, clock);
  const [pages, errors] = [taskPageStore(connection), recordErrorStore(connection)];
  const { get: getConnector, known: knownConnector, acquire, report } = connectors(registry, credentials);

  measureLiveTasks(metrics, tasks.countLive);
  const meter = syncMeter(metrics);
  const calls = callBudgets(callLeases(budgets), log, metrics);
  const shops = closedShops(clock);
  const reports = callReports({ send: report, log });
  const run = runTask({
    claims,
    streams,
    recordsOf: entities.recordsOf,
    totalsOf: entities.totalsOf,
    pageRows: PAGE_ROWS,
    pages,
    errors,
    reports,
    shops,
    meter,
    acquire,
    adapterOf,
    callsOf: calls.of,
    clock,
    log,
  });
  const slots = workerSlots({ claims, run, count: config.WORKER_SLOTS, clock, log });

  const dueTimes = scheduleStore(connection);
  const scheduling = schedules({
    schedules: dueTimes,
    tasks: scheduledTaskStore(connection, relay),
    typesOf: (platform) => Object.keys(platforms.get(platform)?.sources ?? {}),
    wake: slots.wake,
    meter: scheduleMeter(metrics),
    clock,
  });
  const due = scheduler({ schedules: scheduling, clock, log });

  const cancelling = cancelSync({ tasks, totalsOf: entities.totalsOf, wake: slots.wake, meter, clock });
  const reading = readTasks({ tasks, errors, knownConnector });
  const watching = watchTasks({ get: reading.get, read: readTaskStates(connection), log });
  const beginning = { tasks, getConnector, reopened: shops.reopened, wake: slots.wake, clock };
  const app = {
    startSync: startSync(beginning),
    cancelSync: cancelling,
    syncRecords: syncRecords({ ...beginning, errors, readTasks: reading }),
    reviewDeletions: reviewDeletions({ ...beginning, readTasks: reading }),
    tasks: reading,
    watching,
  };
  const records = listRecords({ storeOf: entities.catalogOf, knownConnector });

  const grpc = rpcServer({
    host: config.HOST,
    port: config.GRPC_PORT,
    services: [
      [SyncServiceService, syncService(app)],
      [CatalogServiceService, catalogService(records)],
    ],
    log,
    metrics,
  });
  const consumer = bus.consumer({
    group: 'sync-orchestrator',
    handlers: [
      onSyncRequested(slots),
      onConnectorChanged({
        follow: scheduling.follow,
        reschedule: due.wake,
        cancelAll: cancelling.cancelAll,
        wakeWaiting: tasks.wakeWaiting,
        wake: slots.wake,
      }),
    ],
  });
  const schema = migrations({
    mongo,
    models: [tasks.model, dueTimes.model, streams.model, pages.model, errors.model, ...entities.models],
    list: storeMigrations,
    log,
  });
  void bus.ensureTopics([syncRequested, syncCompleted, recordsChanged, auditRecorded]);

  function adapterOf(platform: string) {
    const adapter = platforms.get(platform);
    if (adapter === undefined) throw new AppError('internal', '', `no adapter of ${platform}`);
    return adapter;
  }

  const parts = [
    mongo,
    bus,
    schema,
    registry,
    credentials,
    budgets,
    platformPools,
    relay,
    reports,
    calls,
    slots,
    due,
    watching,
    grpc,
    consumer,
  ];
  return Object.assign(
    createService({ name: 'sync-orchestrator', log, host: config.HOST, opsPort: config.OPS_PORT, parts, metrics }),
    { grpcPort: grpc.port },
  );
}
