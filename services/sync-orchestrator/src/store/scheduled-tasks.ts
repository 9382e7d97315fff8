import type { Event } from '@crossdock/contracts';
import { isDuplicateKey, type Relay } from '@crossdock/mongo';
import type { Connection } from 'mongoose';
import { SCOPES, type Kind } from '../domain/kind.ts';
import type { SyncTask } from '../domain/sync-task.ts';
import { LIVE, taskModel, type TaskRow } from './task-rows.ts';

/** A task for one due time of a connector. */
export interface DueTask {
  task: SyncTask;
  /** Names connector, type and due time: no due time starts two tasks, however often it is tried and whatever became of the first. */
  key: string;
  events: Event[];
}

/** Of sync tasks what the scheduler asks and writes. */
export function scheduledTaskStore(connection: Connection, relay: Relay) {
  const rows = taskModel(connection);
  return {
    /** When the connector's last ended sync began, as its statistics have it. */
    async lastStart(connectorId: string): Promise<Date | null> {
      const row = await rows
        .findOne(
          {
            connectorId,
            kind: { $nin: Object.keys(SCOPES) as Kind[] },
            start: { $type: 'date' },
            completedAt: { $type: 'date' },
          },
          { start: 1, _id: 0 },
        )
        .sort({ completedAt: -1, _id: -1 })
        .lean<TaskRow>();
      return row?.start ?? null;
    },

    /** How many were new: of one kind and stream a live task is enough, and waits for whatever it waits for. */
    async startMissing(due: DueTask[]): Promise<number> {
      const live = await rows
        .find(
          {
            stream: { $in: due.map(({ task }) => task.stream) },
            kind: 'incremental',
            ...LIVE,
          },
          { stream: 1, _id: 0 },
        )
        .lean<TaskRow[]>();
      const busy = new Set(live.map(({ stream }) => stream));
      const missing = due.filter(({ task }) => !busy.has(task.stream));
      const inserted = missing.length - (await refusedAsTwice(missing));
      if (inserted > 0) for (const { task } of missing) relay.nudge(rows, task.id);
      return inserted;
    },
  };

  async function refusedAsTwice(missing: DueTask[]): Promise<number> {
    if (missing.length === 0) return 0;
    const documents = missing.map(({ task: { id, ...fields }, key, events }) => ({
      ...fields,
      _id: id,
      keys: [{ key, bodyHash: '' }],
      outbox: events,
    }));
    try {
      await rows.insertMany(documents, { ordered: false, throwOnValidationError: true });
      return 0;
    } catch (err) {
      const errors = [(err as { writeErrors?: unknown }).writeErrors ?? err].flat();
      if (!errors.every(isDuplicateKey)) throw err;
      return errors.length;
    }
  }
}

export type ScheduledTaskStore = ReturnType<typeof scheduledTaskStore>;
