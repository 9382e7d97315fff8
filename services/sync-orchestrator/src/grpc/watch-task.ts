import { Task, type WatchTaskRequest, type WatchTaskResponse } from '@crossdock/contracts/grpc/sync-orchestrator';
import { sha256Hex } from '@crossdock/kernel';
import { serverStream } from '@crossdock/rpc';
import type { WatchTasks } from '../app/watch-task.ts';
import { taskMessage } from './task-message.ts';

/** Of what is shown, so that two orchestrators name the same state alike. */
const versionOf = (task: Task): string => sha256Hex(Task.encode(task).finish()).slice(0, 16);

/** Says a thing once: what a look found as it was is not told again. */
export const watchTask = ({ watch }: WatchTasks) =>
  serverStream<WatchTaskRequest, WatchTaskResponse>(async function* ({ connectorId, taskId }, { tenant, signal }) {
    let told = '';
    for await (const state of watch(tenant, connectorId, taskId, signal)) {
      const task = taskMessage(state);
      const version = versionOf(task);
      if (version !== told) yield { task, version };
      told = version;
    }
  });
