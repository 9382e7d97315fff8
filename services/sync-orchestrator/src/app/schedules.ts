import { nextSyncAt } from '@crossdock/contracts';
import { failpoint, newId, newTraceparent, type Clock } from '@crossdock/kernel';
import { syncsByItself, type Schedule } from '../domain/schedule.ts';
import { newTask } from '../domain/sync-task.ts';
import type { DueTask, ScheduledTaskStore } from '../store/scheduled-tasks.ts';
import type { ScheduleStore, Settled } from '../store/schedules.ts';
import { dueAt } from './due-at.ts';
import type { ScheduleMeter } from './schedule-metrics.ts';
import { requestedEvent } from './task-events.ts';

export interface SchedulesDeps {
  schedules: ScheduleStore;
  tasks: ScheduledTaskStore;
  typesOf(platform: string): string[];
  /** A slot may have something to take. */
  wake(): void;
  meter: ScheduleMeter;
  clock: Clock;
}

/** A connector as `connector.changed` tells of it. */
export interface ConnectorState {
  connectorId: string;
  tenant: string;
  platform: string;
  version: number;
  status: string;
  statusReason: string | null;
  deleted: boolean;
  intervalMinutes: number;
  authorizedAt: Date | null;
}

const BATCH = 100;

/**
 * Connectors that sync by themselves. A stored due time only says when to look: then the last ended sync decides, so that
 * a manual one moves it. Dying anywhere repeats the look, and the key of a due time keeps it from running twice.
 */
export function schedules({ schedules: store, tasks, typesOf, wake, meter, clock }: SchedulesDeps) {
  const look = async (schedule: Schedule) => ({
    schedule,
    due: dueAt(schedule, schedule.runs ? await tasks.lastStart(schedule.connectorId) : null),
  });

  function tasksOf(schedule: Schedule, now: Date): DueTask[] {
    const { connectorId, tenant, platform } = schedule;
    return typesOf(platform).map((syncType) => {
      const task = newTask(
        {
          id: newId(),
          tenant,
          connectorId,
          platform,
          syncType,
          kind: 'incremental',
          mode: 'incremental',
          since: null,
          trigger: 'schedule',
          traceparent: newTraceparent(),
        },
        now,
      );
      const key = ['@schedule', connectorId, syncType, schedule.dueAt?.getTime()].join('/');
      return { task, key, events: [requestedEvent(task)] };
    });
  }

  async function start(due: Schedule[], now: Date): Promise<void> {
    const started = await tasks.startMissing(due.flatMap((schedule) => tasksOf(schedule, now)));
    meter.started(started);
    if (started > 0) wake();
  }

  return {
    /** False when a state as new was known. */
    async follow({ status, statusReason, deleted, ...state }: ConnectorState): Promise<boolean> {
      const runs = syncsByItself({ status, statusReason, deleted });
      const known = await store.get(state.connectorId);
      const { due, schedule } = await look({ ...state, runs, ranAt: known?.ranAt ?? null, dueAt: null });
      return store.follow({ ...schedule, dueAt: due }, deleted ? clock() : null);
    },

    /** One incremental task per type of each connector that is due, if none lives; answers how many were looked at. */
    async runDue(): Promise<number> {
      const [by, now] = [newId(), clock()];
      const taken = await store.take(by, now, BATCH);
      if (taken.length === 0) return 0;
      const looked = await Promise.all(taken.map(look));
      const isDue = ({ due }: { due: Date | null }) => due !== null && due <= now;
      const due = looked.filter(isDue);
      await failpoint('schedule.taken');
      if (due.length > 0) {
        await start(
          due.map(({ schedule }) => schedule),
          now,
        );
        for (const each of due) meter.ran(now.getTime() - Number(each.due));
      }
      await failpoint('schedule.started');
      await store.settle(
        by,
        looked.map((each) => (isDue(each) ? ranOf(each.schedule, now) : waitsFor(each))),
      );
      return taken.length;
    },

    soonest: store.soonest,
  };
}

const ranOf = ({ connectorId, intervalMinutes }: Schedule, now: Date): Settled => ({
  connectorId,
  dueAt: nextSyncAt(connectorId, now, intervalMinutes),
  ranAt: now,
});

const waitsFor = ({ schedule, due }: { schedule: Schedule; due: Date | null }): Settled => ({
  connectorId: schedule.connectorId,
  dueAt: due,
});

export type Schedules = ReturnType<typeof schedules>;
