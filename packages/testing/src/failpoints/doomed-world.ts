import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { newId } from '@crossdock/kernel';
import { sandboxControl, type SandboxControl } from '@crossdock/sandbox';
import { until } from '@crossdock/stack/until';
import { mongo } from 'mongoose';
import { logIn, type User } from '../e2e/users.ts';
import { stores } from '../names.ts';
import { startStack, type TestStack } from '../start-stack.ts';
import { ordersIn, type Death, type Orders } from './orders.ts';
import { writesOf, type Writes } from './writes.ts';

/** The services that can be ordered to die. */
export type Doomed = 'connector-registry' | 'sync-orchestrator';

export interface Place {
  service: Doomed;
  point: string;
  hit?: number;
  signal?: 'SIGKILL' | 'SIGSTOP';
}

export interface DoomedWorld extends AsyncDisposable {
  stack: TestStack;
  platform: SandboxControl;
  admin: User;
  /** What the service has stored. */
  database(service: Doomed): mongo.Db;
  writes: Writes;
  /** Orders a service to die; answers how to wait for its death. */
  order(place: Place): () => Promise<Death>;
  /** Another process than that one serves. */
  serving(service: Doomed, notPid: number): Promise<void>;
}

const MAIN = fileURLToPath(new URL('main.ts', import.meta.url));
const DEATH_LIMIT_MS = 60_000;
const RESTART_MS = 200;
const MANY = 'demo:100000,other:10,small:2';

/** The whole product, its registry and orchestrator such that they die where they are told to and are started again at once. */
export async function startDoomedWorld(): Promise<DoomedWorld> {
  await using starting = new AsyncDisposableStack();
  const home = mkdtempSync(join(tmpdir(), 'doomed-'));
  starting.defer(() => rmSync(home, { recursive: true, force: true }));
  const orders: Record<Doomed, Orders> = {
    'connector-registry': ordersIn(join(home, 'registry')),
    'sync-orchestrator': ordersIn(join(home, 'orchestrator')),
  };
  const through = Object.fromEntries(Object.entries(orders).map(([name, { file }]) => [name, [MAIN, file]]));
  const stack = starting.use(
    await startStack({ env: { CONNECTOR_QUOTAS: MANY }, through, longestRestartMs: RESTART_MS }),
  );
  const client = new mongo.MongoClient(stores().mongodb);
  starting.defer(() => client.close());
  const database = (service: Doomed) => client.db(stack.databaseOf(service));
  const writes = starting.use(await writesOf([database('connector-registry'), database('sync-orchestrator')]));
  const admin = await logIn(stack.gateway, 'admin@example.com');
  const all = starting.move();

  return {
    stack,
    platform: sandboxControl(stack.control),
    admin,
    database,
    writes,
    order({ service, point, hit = 1, signal = 'SIGKILL' }) {
      const id = newId();
      orders[service].give({ id, point, hit, signal });
      return () =>
        until(() => orders[service].deathOf(id), { timeoutMs: DEATH_LIMIT_MS, what: `a passing of ${point}` });
    },
    async serving(service, notPid) {
      const isServing = async () =>
        stack.pid(service) !== notPid && (await fetch(`${stack.ops(service)}/readyz`)).status === 200;
      await until(isServing, { timeoutMs: DEATH_LIMIT_MS, what: `${service} serving again` });
    },
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
}
