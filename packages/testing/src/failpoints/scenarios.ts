import { until } from '@crossdock/stack/until';
import type { DoomedWorld } from './doomed-world.ts';
import {
  authorized,
  connected,
  consent,
  create,
  insist,
  newSubject,
  quiet,
  syncedOnce,
  tasksOf,
  trigger,
  underWay,
  type Subject,
} from './subject.ts';

/** What happens to a subject around a death. */
export interface Scenario {
  /** All that is there before. */
  prepare(world: DoomedWorld): Promise<Subject>;
  /** Passes the failpoint; who asked asks again until answered. */
  act(world: DoomedWorld, subject: Subject): Promise<unknown>;
  /** What people do about what a death may cost. */
  after?(world: DoomedWorld, subject: Subject): Promise<unknown>;
}

const FEW = 40;
/** So slow that a task is surely still at it when somebody intervenes. */
const SLOW_MS = 2_000;
const LIMIT_MS = 60_000;
const SHOP = 'tmall';

async function slowShop(world: DoomedWorld): Promise<Subject> {
  const subject = await connected(world, FEW);
  await world.platform.putShop(SHOP, subject.shopId, { latency_ms: SLOW_MS });
  return subject;
}

async function halfGone(world: DoomedWorld): Promise<Subject> {
  const subject = await syncedOnce(world, FEW);
  await world.platform.mutate(SHOP, { shop_id: subject.shopId, entity: 'products', op: 'delete', count: FEW / 2 });
  return subject;
}

const lastAsked = ({ asked }: Subject): string => asked.at(-1) ?? '';

async function approve({ admin }: DoomedWorld, subject: Subject): Promise<void> {
  const path = `/${subject.connectorId}/sync/tasks/${lastAsked(subject)}/approve`;
  const { body } = await insist(() => admin.post(path), 202);
  subject.asked.push(body.data.task_id as string);
}

export const SCENARIOS = {
  'first full sync': { prepare: connected, act: trigger },

  'full sync with rows that cannot be synced': {
    async prepare(world) {
      const subject = await connected(world);
      const { items } = await world.platform.truthItems(SHOP, subject.shopId);
      for (const { id } of items.slice(0, 3)) {
        await world.platform.addFault({ platform: SHOP, kind: 'poison_row', value: id });
        subject.poisoned.add(id);
      }
      return subject;
    },
    act: trigger,
  },

  'incremental sync of changes': {
    async prepare(world) {
      const subject = await syncedOnce(world);
      const changed = { shop_id: subject.shopId, entity: 'products' } as const;
      await world.platform.mutate(SHOP, { ...changed, op: 'update', count: 60 });
      await world.platform.mutate(SHOP, { ...changed, op: 'create', count: 20 });
      return subject;
    },
    act: (world, subject) => trigger(world, subject, 'incremental'),
  },

  'full sync with deletions': {
    async prepare(world) {
      const subject = await syncedOnce(world);
      await world.platform.mutate(SHOP, { shop_id: subject.shopId, entity: 'products', op: 'delete', count: 30 });
      return subject;
    },
    act: trigger,
  },

  'deletions held back': {
    prepare: halfGone,
    act: trigger,
    async after(world, subject) {
      await quiet(world, subject);
      await approve(world, subject);
    },
  },

  'deletions approved': {
    async prepare(world) {
      const subject = await halfGone(world);
      await trigger(world, subject);
      await quiet(world, subject);
      return subject;
    },
    act: approve,
  },

  cancel: {
    prepare: slowShop,
    async act(world, subject) {
      const path = `/${subject.connectorId}/sync/tasks/${await underWay(world, subject)}/cancel`;
      await insist(() => world.admin.post(path), 200);
    },
    async after(world, subject) {
      await world.platform.putShop(SHOP, subject.shopId, { latency_ms: 0 });
      await quiet(world, subject);
      await trigger(world, subject);
    },
  },

  'connector deleted under a task': {
    prepare: slowShop,
    async act(world, subject) {
      await underWay(world, subject);
      subject.deleted = true;
      await insist(() => world.admin.delete(`/${subject.connectorId}`), 204, 404);
    },
  },

  'due by its interval': {
    prepare: (world) => connected(world, FEW),
    async act(world, subject) {
      const [past, long] = [new Date(Date.now() - 1_000), new Date(Date.now() - 86_400_000)];
      subject.scheduled = 4;
      subject.synced = true;
      const schedules = world.database('sync-orchestrator').collection<{ _id: string }>('schedules');
      await until(
        async () => {
          const due = { $set: { dueAt: past, authorizedAt: long } };
          return (await schedules.updateOne({ _id: subject.connectorId, runs: true }, due)).matchedCount === 1;
        },
        { what: 'the schedule' },
      );
    },
    after: (world, { connectorId }) =>
      until(async () => (await tasksOf(world, [connectorId])).length > 0, {
        timeoutMs: LIMIT_MS,
        what: 'scheduled tasks',
      }),
  },

  'interval changed': {
    prepare: (world) => connected(world, FEW),
    act: (world, subject) =>
      insist(() => world.admin.put(`/${subject.connectorId}`, { sync_interval_minutes: 45 }), 200),
  },

  create: {
    prepare: (world) => newSubject(world, FEW),
    act: create,
    after: authorized,
  },

  authorisation: {
    async prepare(world) {
      const subject = await newSubject(world, FEW);
      await create(world, subject);
      return subject;
    },
    act: consent,
    after: authorized,
  },

  pause: {
    prepare: (world) => connected(world, FEW),
    act: (world, subject) => insist(() => world.admin.post(`/${subject.connectorId}/pause`), 200),
  },

  'token expired': {
    prepare: (world) => connected(world, FEW),
    async act(world, subject) {
      const { appKey } = subject;
      await world.platform.addFault({ platform: SHOP, kind: 'token_expired', match: appKey, times: 1 });
      await trigger(world, subject);
    },
    /** A renewal that was cut off may have used up what it had: then the merchant agrees again. */
    async after(world, subject) {
      await quiet(world, subject);
      await authorized(world, subject);
      await trigger(world, subject);
    },
  },

  'health check': {
    prepare: (world) => connected(world, FEW),
    act: ({ database }, { connectorId }) =>
      database('connector-registry')
        .collection<{ _id: string }>('connectors')
        .updateOne({ _id: connectorId }, { $set: { nextProbeAt: new Date(0) } }),
  },
} satisfies Record<string, Scenario>;

export type ScenarioName = keyof typeof SCENARIOS;
