import { type Event, jsonOf } from '@crossdock/contracts';
import { newId, sleep, type Clock, type Logger } from '@crossdock/kernel';
import { connectMongo, createRelay, migrations } from '@crossdock/mongo';
import type { PlatformAdapter } from '@crossdock/platforms';
import { stores, testNames, until } from '@crossdock/testing';
import { Registry } from 'prom-client';
import { cancelSync } from '../src/app/cancel-sync.ts';
import { syncMeter } from '../src/app/metrics.ts';
import { readTasks } from '../src/app/read-tasks.ts';
import { reviewDeletions } from '../src/app/review-deletions.ts';
import { startSync, type StartSync } from '../src/app/start-sync.ts';
import { syncRecords } from '../src/app/sync-records.ts';
import type { SyncTask } from '../src/domain/sync-task.ts';
import { catalogStore } from '../src/store/catalog.ts';
import { recordErrorStore } from '../src/store/record-errors.ts';
import { entityStores } from '../src/store/entities.ts';
import type { RecordStore } from '../src/store/records.ts';
import { streamStore } from '../src/store/streams.ts';
import { syncTaskStore } from '../src/store/sync-tasks.ts';
import { taskClaimStore } from '../src/store/task-claims.ts';
import { taskPageStore } from '../src/store/task-pages.ts';
import { taskModel } from '../src/store/task-rows.ts';
import type { AppCalls } from '../src/worker/call-budgets.ts';
import { closedShops } from '../src/worker/closed-shops.ts';
import { callReports } from '../src/worker/call-reports.ts';
import { runTask, type RunTaskDeps } from '../src/worker/run-task.ts';
import type { ScriptedSource } from './scripted-source.ts';

export const silent: Logger = { debug() {}, info() {}, warn() {}, error() {}, child: () => silent };

export const TENANT = 'demo';
const LEASE_OVER_MS = 10_000;

/** A call budget that nobody feels. */
const unlimited: AppCalls = { expect() {}, take: async () => {}, done() {} };

/** What a worker of a test does otherwise than the engine's own. */
export type Over = Partial<RunTaskDeps> & { records?: RecordStore };

/** The engine on a real MongoDB with a scripted platform; time moves when the test says so. */
export async function engine(platform: ScriptedSource) {
  const mongo = connectMongo({ uri: stores().mongodb, database: testNames().database, log: silent });
  const { connection } = mongo;
  const told: Event[] = [];
  let meddled = (events: Event[]): Event[] => events;
  const read = (event: Event): Event => ({ ...event, data: JSON.parse(jsonOf(event)) });
  let offset = 0;
  const clock: Clock = () => new Date(Date.now() + offset);
  const relay = createRelay({
    models: [taskModel(connection)],
    publish: async (events) => void told.push(...meddled(events.map(read))),
    log: silent,
    clock,
  });
  const tasks = syncTaskStore(connection, relay);
  const entities = entityStores(connection, () => clock());
  const records = entities.recordsOf('products');
  const base = {
    claims: taskClaimStore(connection, relay),
    streams: streamStore(connection),
    pages: taskPageStore(connection),
    errors: recordErrorStore(connection),
  };
  await mongo.start();
  await migrations({
    mongo,
    models: [tasks.model, base.streams.model, base.pages.model, base.errors.model, ...entities.models],
    log: silent,
  }).start();

  const adapter = {
    platform: 'tmall',
    sources: { products: platform.source },
    appKeyOf: () => 'app',
  } as unknown as PlatformAdapter;
  const credential = {
    state: 'ok',
    accessToken: 'token',
    version: 1,
    config: { app_key: 'app' },
    platform: 'tmall',
    shopId: '1',
    expiresAt: undefined,
  };
  const shops = closedShops(clock);
  const deps: RunTaskDeps = {
    shops,
    ...base,
    recordsOf: entities.recordsOf,
    totalsOf: entities.totalsOf,
    pageRows: 0,
    adapterOf: () => adapter,
    callsOf: () => unlimited,
    acquire: async () => credential,
    reports: callReports({ send: async () => {}, log: silent }),
    meter: syncMeter(new Registry()),
    clock,
    log: silent,
  };

  const connectorId = newId();
  const connector = {
    id: connectorId,
    tenant: TENANT,
    platform: 'tmall',
    status: 'connected',
    syncTypes: ['products', 'orders'],
  } as never;
  const getConnector = async (_tenant: string, id: string) => ({ ...(connector as object), id }) as never;
  const beginning = { tasks, getConnector, reopened: shops.reopened, wake() {}, clock };
  const start = startSync(beginning);
  const reading = readTasks({ tasks, errors: base.errors, knownConnector: async () => {} });
  const cancelling = cancelSync({ tasks, totalsOf: entities.totalsOf, wake() {}, meter: deps.meter, clock });
  const request: StartSync = {
    tenant: TENANT,
    actor: 'user:1',
    connectorId,
    syncType: 'products',
    mode: 'full',
    since: null,
    idempotencyKey: '',
    bodyHash: 'h',
  };

  const allTold = () =>
    until(async () => {
      const waiting = await tasks.model.find({ 'outbox.0': { $exists: true } }, { _id: 1 }).lean<{ _id: string }[]>();
      for (const { _id } of waiting) relay.nudge(tasks.model, _id);
      return waiting.length === 0;
    });

  return {
    ...base,
    records,
    tasks,
    reviewing: reviewDeletions({ ...beginning, readTasks: reading }),
    single: syncRecords({ ...beginning, errors: base.errors, readTasks: reading }),
    request,
    deps,
    told,
    connectorId,
    connection,
    clock,
    cancelling,
    later(ms: number) {
      offset += ms;
    },
    /** What the broker gets instead of what is published; nothing given: just that. */
    meddle(how: (events: Event[]) => Event[] = (events) => events) {
      meddled = how;
    },
    start: (over: Partial<StartSync> = {}) => start({ ...request, ...over }),

    /** One worker takes the oldest task and works until it is done with it; false when there is none. */
    async work({ records: other, ...over }: Over = {}, leaving = new AbortController().signal): Promise<boolean> {
      for (const id of await base.claims.candidates(clock())) {
        const claimed = await base.claims.claim(id, newId(), clock());
        if (claimed === null) continue;
        await runTask({ ...deps, ...over, ...(other && { recordsOf: () => other }) })(claimed, leaving);
        return true;
      }
      return false;
    },

    /** A task from its start until one worker is done with it. */
    async sync(over: Partial<StartSync> = {}, worker: Over = {}): Promise<SyncTask> {
      const { task } = await this.start(over);
      await this.work(worker);
      return this.task(task.id);
    },

    /** Past the lease of whoever held it, another worker ends the task. */
    async recover(taskId: string): Promise<SyncTask> {
      for (let tries = 0; tries < 20; tries++) {
        const task = (await tasks.get(TENANT, connectorId, taskId))!;
        if (task.status !== 'queued' && task.status !== 'running') return task;
        offset += LEASE_OVER_MS;
        await this.work();
      }
      throw new Error('the task never ended');
    },

    async task(id: string): Promise<SyncTask> {
      return (await tasks.get(TENANT, connectorId, id))!;
    },

    /** Events told so far, once the outboxes are empty. */
    async events(topic: string): Promise<Event[]> {
      await allTold();
      return told.filter((event) => event.topic === topic);
    },

    /** What was told so far is no event of what follows. */
    async forgetEvents(): Promise<void> {
      await allTold();
      told.length = 0;
    },

    /** What is stored, tombstones too. */
    rows: async (of = connectorId) => records.scanned(of, await records.idsAfter(of, null, 10_000)),

    /** What is stored and alive: id to title. */
    async stored(of = connectorId): Promise<Map<string, string>> {
      const { items } = await catalogStore(connection, 'products').list(
        { tenant: TENANT, connectorId: of, includeDeleted: false },
        { after: null, skip: 0, limit: 10_000 },
      );
      return new Map(items.map((row) => [row.externalId, (row.fields as { title: string }).title]));
    },

    async stop(): Promise<void> {
      await relay.stop();
      await connection.dropDatabase();
      await mongo.stop();
    },
  };
}

export type Engine = Awaited<ReturnType<typeof engine>>;

export interface Told {
  external_id: string;
  op: string;
  version: number;
}

export async function changesOf(each: Engine): Promise<Told[]> {
  return (await each.events('records.changed')).flatMap((event) => (event.data as { changes: Told[] }).changes);
}

/** A worker that dies for good: nothing it was about to do happens, and it never answers. */
export const dead = (): Promise<never> => new Promise(() => {});

/** Lets everything that is under way come to rest. */
export const settle = (): Promise<void> => sleep(0);
