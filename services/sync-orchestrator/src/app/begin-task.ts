import type { Connector } from '@crossdock/contracts/grpc/connector-registry';
import { AppError, currentTrace, failpoint, invalidField, newId, type Clock } from '@crossdock/kernel';
import { isPaused } from '../domain/paused.ts';
import { newTask, type NewTask, type SyncTask } from '../domain/sync-task.ts';
import type { SyncTaskStore } from '../store/sync-tasks.ts';
import { auditEvent, requestedEvent } from './task-events.ts';

/** Who asks for a task, of which stream, and the key under which a repeat finds it ('' without one). */
export interface TaskRequest {
  tenant: string;
  actor: string;
  connectorId: string;
  syncType: string;
  idempotencyKey: string;
  bodyHash: string;
}

export interface BeginTaskDeps {
  tasks: SyncTaskStore;
  /** Throws not_found for a foreign, deleted or unknown connector. */
  getConnector(tenant: string, id: string): Promise<Connector>;
  /** The shop may be open again: somebody asks for it. */
  reopened(connectorId: string): void;
  /** This task may be taken. */
  wake(taskId: string): void;
  clock: Clock;
}

export interface Begun {
  task: SyncTask;
  /** It was there already. */
  deduplicated: boolean;
}

const BUSY_RETRY_MS = 5_000;

/** The connector, if it may sync this type now. */
export async function syncable(
  { getConnector }: Pick<BeginTaskDeps, 'getConnector'>,
  { tenant, connectorId, syncType }: TaskRequest,
): Promise<Connector> {
  const connector = await getConnector(tenant, connectorId);
  if (!connector.syncTypes.includes(syncType))
    throw invalidField('sync_type', `该平台不支持 ${syncType} 同步，支持的类型：${connector.syncTypes.join('、')}`);
  return connector;
}

function checkState({ status, statusReason }: Connector): void {
  if (status === 'pending') throw new AppError('conflict', 'CONNECTOR_002', '连接器尚未完成授权');
  if (status === 'error') throw new AppError('conflict', 'CONNECTOR_003', '连接器授权已失效，请重新授权');
  if (isPaused(statusReason)) throw new AppError('conflict', 'CONNECTOR_004', '连接器已暂停，请先恢复');
}

/** A new task, or the live one that serves the same, or the one this idempotency key made. */
export async function beginTask(
  { tasks, reopened, wake, clock }: BeginTaskDeps,
  connector: Connector,
  request: TaskRequest,
  what: Pick<NewTask, 'kind' | 'mode' | 'since' | 'trigger' | 'wanted' | 'approves'>,
): Promise<Begun> {
  checkState(connector);
  const { tenant, actor, connectorId, syncType, idempotencyKey, bodyHash } = request;
  const now = clock();
  const traceparent = currentTrace()?.traceparent ?? null;
  const { platform } = connector;
  const task = newTask({ id: newId(), tenant, connectorId, platform, syncType, traceparent, ...what }, now);
  const key =
    idempotencyKey === ''
      ? null
      : { key: [tenant, connectorId, syncType, idempotencyKey].join('/'), bodyHash, at: now };
  const started = await tasks.start(task, [requestedEvent(task), auditEvent(task, actor, 'sync.started', now)], key);
  if (started === null)
    throw new AppError('too_many', 'SYNC_BUSY', '该连接器已有多个同步任务等待执行，请稍后重试', {
      retryAfterMs: BUSY_RETRY_MS,
    });
  await failpoint('sync.requested');
  if (!started.created) {
    reopened(connectorId);
    await tasks.wakeWaiting(connectorId, 'shop_closed');
  }
  wake(started.task.id);
  return { task: started.task, deduplicated: !started.created };
}
