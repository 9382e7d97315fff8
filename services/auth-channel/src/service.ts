import { createBus } from '@crossdock/bus';
import { auditRecorded } from '@crossdock/contracts';
import { IdentityServiceService } from '@crossdock/contracts/grpc/auth-channel';
import { connectMongo, counters, createRelay, migrations } from '@crossdock/mongo';
import { rpcServer } from '@crossdock/rpc';
import { createMetrics, createService, type Service, type Surroundings } from '@crossdock/runtime';
import { createVault } from '@crossdock/vault';
import { availableParallelism } from 'node:os';
import { type Accounts, bootstrapAccounts, DEMO_ACCOUNTS } from './app/accounts.ts';
import { identityApp } from './app/identity.ts';
import { loginMeter } from './app/login-meter.ts';
import { seed } from './app/seed.ts';
import { createSigner } from './app/signer.ts';
import type { Config } from './config.ts';
import { identityService } from './grpc/identity-service.ts';
import { hashingPool } from './hashing/hashing-pool.ts';
import { clientStore } from './store/clients.ts';
import { loginFailures } from './store/login-failures.ts';
import { sessionStore } from './store/sessions.ts';
import { signingKeyStore } from './store/signing-keys.ts';
import { tenantStore } from './store/tenants.ts';
import { userStore } from './store/users.ts';

/** Half the cores hash; what waits is answered within the second, the rest is sent away. */
const HASHING = { threads: Math.ceil(availableParallelism() / 2), maxWaiting: 40 };

export function authChannel({ config, log, clock }: Surroundings<Config>): Service & { grpcPort(): number } {
  const metrics = createMetrics('auth-channel');
  const mongo = connectMongo({ uri: config.MONGODB_URI, database: config.MONGODB_DATABASE, log });
  const bus = createBus({
    brokers: config.KAFKA_BROKERS,
    clientId: 'auth-channel',
    topicPrefix: config.TOPIC_PREFIX,
    log,
    metrics,
  });
  const { connection } = mongo;
  const [tenants, users, clients, sessions] = [
    tenantStore(connection),
    userStore(connection),
    clientStore(connection),
    sessionStore(connection),
  ];
  const [keys, failures] = [signingKeyStore(connection), loginFailures(connection)];
  const told = [tenants.model, users.model, clients.model, sessions.model];

  const hashing = hashingPool(HASHING);
  const signer = createSigner({ keys, vault: createVault(config.KEY_ENCRYPTION_KEYS), now: clock });
  const relay = createRelay({ models: told, publish: (events) => bus.publish(events), log, clock, metrics });
  const nudge = (id: string) => relay.nudge(sessions.model, id);
  const meter = loginMeter(metrics);
  const app = identityApp({ users, clients, sessions, failures, hashing, signer, now: clock, meter, nudge });
  const accounts = seed(accountsOf(config), {
    tenants,
    users,
    clients,
    counters: counters(connection),
    hashing,
    now: clock,
  });
  const grpc = rpcServer({
    host: config.HOST,
    port: config.GRPC_PORT,
    services: [[IdentityServiceService, identityService(app)]],
    log,
    metrics,
  });

  const schema = migrations({ mongo, models: [...told, keys.model, failures.model], log });
  const parts = [mongo, bus, schema, hashing, signer, accounts, relay, grpc];
  void bus.ensureTopics([auditRecorded]);
  return Object.assign(
    createService({ name: 'auth-channel', log, host: config.HOST, opsPort: config.OPS_PORT, parts, metrics }),
    { grpcPort: () => grpc.port() },
  );
}

function accountsOf({
  DEMO_ACCOUNTS: demo,
  BOOTSTRAP_ADMIN_EMAIL: email,
  BOOTSTRAP_ADMIN_PASSWORD: password,
}: Config): Accounts[] {
  const first = email !== undefined && password !== undefined ? [bootstrapAccounts(email, password)] : [];
  return demo ? [DEMO_ACCOUNTS, ...first] : first;
}
