import type { Event } from '@crossdock/contracts';
import { newId, type Clock } from '@crossdock/kernel';
import { connectMongo, createRelay, migrations } from '@crossdock/mongo';
import { stores, testNames } from '@crossdock/testing';
import { Registry } from 'prom-client';
import { scheduleMeter } from '../src/app/schedule-metrics.ts';
import { schedules, type ConnectorState } from '../src/app/schedules.ts';
import type { SyncTask } from '../src/domain/sync-task.ts';
import { scheduledTaskStore } from '../src/store/scheduled-tasks.ts';
import { scheduleStore } from '../src/store/schedules.ts';
import { taskModel, taskOf, type TaskRow } from '../src/store/task-rows.ts';
import { silent, TENANT } from './engine.ts';

export const MINUTE_MS = 60_000;
/** Ahead of every real clock: MongoDB itself removes tasks that ended ninety days ago, by its own. */
export const BEGIN = new Date('2100-03-14T08:00:00Z');

/** Schedulers on a real MongoDB with a clock that the test moves; tasks end when it says so. */
export async function scheduling(types = ['products', 'orders']) {
  const mongo = connectMongo({ uri: stores().mongodb, database: testNames().database, log: silent });
  const { connection } = mongo;
  const rows = taskModel(connection);
  let now = BEGIN;
  const clock: Clock = () => now;
  const told: Event[] = [];
  const relay = createRelay({
    models: [rows],
    publish: async (events) => void told.push(...events),
    log: silent,
    clock,
  });
  const store = scheduleStore(connection);
  await mongo.start();
  await migrations({ mongo, models: [rows, store.model], log: silent }).start();
  const versions = new Map<string, number>();

  const instance = () =>
    schedules({
      schedules: store,
      tasks: scheduledTaskStore(connection, relay),
      typesOf: () => types,
      wake() {},
      meter: scheduleMeter(new Registry()),
      clock,
    });
  const first = instance();

  return {
    ...first,
    instance,
    store,
    rows,
    told,
    clock,
    /** Minutes after the beginning. */
    at(minutes: number) {
      now = new Date(BEGIN.getTime() + minutes * MINUTE_MS);
    },
    later(ms: number) {
      now = new Date(now.getTime() + ms);
    },

    /** A change of the connector as the registry tells of it. */
    changed(connectorId: string, change: Partial<ConnectorState> = {}): Promise<boolean> {
      const version = change.version ?? (versions.get(connectorId) ?? 0) + 1;
      versions.set(connectorId, version);
      return first.follow({
        connectorId,
        tenant: TENANT,
        platform: 'tmall',
        version,
        status: 'connected',
        statusReason: null,
        deleted: false,
        intervalMinutes: 15,
        authorizedAt: BEGIN,
        ...change,
      });
    },

    async connector(change: Partial<ConnectorState> = {}): Promise<string> {
      const id = newId();
      await this.changed(id, change);
      return id;
    },

    /** All tasks, oldest first. */
    async tasks(connectorId?: string): Promise<SyncTask[]> {
      const found = await rows
        .find(connectorId === undefined ? {} : { connectorId })
        .sort({ createdAt: 1, syncType: 1 });
      return found.map((row) => taskOf(row.toObject<TaskRow>()));
    },

    /** Every waiting task begins and ends now. */
    async work(): Promise<void> {
      await rows.updateMany({ status: 'queued' }, { $set: { status: 'completed', start: now, completedAt: now } });
    },

    async stop(): Promise<void> {
      await relay.stop();
      await connection.dropDatabase();
      await mongo.stop();
    },
  };
}

export type Scheduling = Awaited<ReturnType<typeof scheduling>>;
