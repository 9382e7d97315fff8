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
import { startStack, type StackOptions, type TestStack } from '../start-stack.ts';
import { ordersIn, type Death, type Order, type Orders } from './orders.ts';
import { writesOf, type Writes } from './writes.ts';

/** The services that can be ordered to die. */
export type Doomed = 'connector-registry' | 'sync-orchestrator';

/** A product whose shops are synced while its processes die. */
export interface ShopWorld extends AsyncDisposable {
  stack: TestStack;
  platform: SandboxControl;
  admin: User;
  /** What the service has stored. */
  database(service: Doomed): mongo.Db;
}

export interface DoomedWorld extends ShopWorld {
  writes: Writes;
  /** Orders a service to die; answers how to wait for its death: null when nobody came to any of the points. */
  order(service: Doomed, order: Omit<Order, 'id'>): () => Promise<Death | null>;
  /** Another process than that one serves. */
  serving(service: Doomed, notPid: number): Promise<void>;
}

const MAIN = fileURLToPath(new URL('main.ts', import.meta.url));
const DEATH_LIMIT_MS = 60_000;
const RESTART_MS = 200;
const MANY = 'demo:100000,other:10,small:2';

/** The whole product; whoever dies is started again at once. */
export async function startShopWorld({ env, ...options }: StackOptions = {}): Promise<ShopWorld> {
  await using starting = new AsyncDisposableStack();
  const stack = starting.use(
    await startStack({ ...options, env: { CONNECTOR_QUOTAS: MANY, ...env }, longestRestartMs: RESTART_MS }),
  );
  const client = new mongo.MongoClient(stores().mongodb);
  starting.defer(() => client.close());
  const admin = await logIn(stack.gateway, 'admin@example.com');
  const all = starting.move();
  return {
    stack,
    platform: sandboxControl(stack.control),
    admin,
    database: (service) => client.db(stack.databaseOf(service)),
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
}

/** One whose registry and orchestrator die where they are told to. */
export async function startDoomedWorld({ slots }: { slots?: number } = {}): Promise<DoomedWorld> {
  await using starting = new AsyncDisposableStack();
  const home = mkdtempSync(join(tmpdir(), 'doomed-'));
  starting.defer(() => rmSync(home, { recursive: true, force: true }));
  const orders: Record<Doomed, Orders> = {
    'connector-registry': ordersIn(join(home, 'registry')),
    'sync-orchestrator': ordersIn(join(home, 'orchestrator')),
  };
  const through = Object.fromEntries(Object.entries(orders).map(([name, { file }]) => [name, [MAIN, file]]));
  const world = starting.use(
    await startShopWorld({ through, env: slots === undefined ? {} : { WORKER_SLOTS: String(slots) } }),
  );
  const { stack, database } = world;
  const writes = starting.use(await writesOf([database('connector-registry'), database('sync-orchestrator')]));
  const all = starting.move();

  return {
    ...world,
    writes,
    order(service, order) {
      const id = newId();
      const { give, withdraw, deathOf } = orders[service];
      give({ id, ...order });
      return async () => {
        const death = await until(() => deathOf(id), { timeoutMs: DEATH_LIMIT_MS }).catch(() => null);
        if (death === null) withdraw();
        return death;
      };
    },
    async serving(service, notPid) {
      const isServing = async () =>
        stack.pid(service) !== notPid && (await fetch(`${stack.ops(service)}/readyz`)).status === 200;
      await until(isServing, { timeoutMs: DEATH_LIMIT_MS, what: `${service} serving again` });
    },
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
}
