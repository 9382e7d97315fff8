import type { Connection } from 'mongoose';
import type { SyncTask } from '../domain/sync-task.ts';
import { taskModel, taskOf, type TaskRow } from './task-rows.ts';

/** The tasks of these ids in one read, without the events they carry. */
export function readTaskStates(connection: Connection) {
  const rows = taskModel(connection);
  return async (ids: string[]): Promise<SyncTask[]> => {
    const found = await rows.find({ _id: { $in: ids } }, { outbox: 0, keys: 0 }).lean<TaskRow[]>();
    return found.map(taskOf);
  };
}
