import type { Connector } from '@crossdock/contracts/grpc/connector-registry';
import { AppError, currentTrace, invalidField, newId, type Clock } from '@crossdock/kernel';
import type { Mode } from '../domain/kind.ts';
import { newTask, type SyncTask } from '../domain/sync-task.ts';
import type { SyncTaskStore } from '../store/sync-tasks.ts';
import { auditEvent, requestedEvent } from './task-events.ts';

export interface StartSync {
  tenant: string;
  actor: string;
  connectorId: string;
  syncType: string;
  mode: string;
  since: Date | null;
  idempotencyKey: string;
  bodyHash: string;
}

export interface StartSyncDeps {
  tasks: SyncTaskStore;
  /** Throws not_found for a foreign, deleted or unknown connector. */
  getConnector(tenant: string, id: string): Promise<Connector>;
  /** The types of a platform that can be read so far. */
  readable(platform: string): string[];
  wake(): void;
  clock: Clock;
}

const BUSY_RETRY_MS = 5_000;

/** A new task, or the live one of the same kind, or the one this idempotency key made. */
export function startSync({ tasks, getConnector, readable, wake, clock }: StartSyncDeps) {
  return async (request: StartSync): Promise<{ task: SyncTask; deduplicated: boolean }> => {
    const connector = await getConnector(request.tenant, request.connectorId);
    const now = clock();
    checkRequest(request, connector, readable(connector.platform), now);
    const { id: connectorId, platform } = connector;
    const { tenant, actor, syncType, since } = request;
    const traceparent = currentTrace()?.traceparent ?? null;
    const task = newTask(
      {
        id: newId(),
        tenant,
        connectorId,
        platform,
        syncType,
        mode: request.mode as Mode,
        since,
        trigger: 'manual',
        traceparent,
      },
      now,
    );
    const key =
      request.idempotencyKey === ''
        ? null
        : { key: [tenant, connectorId, syncType, request.idempotencyKey].join('/'), bodyHash: request.bodyHash };
    const started = await tasks.start(task, [requestedEvent(task), auditEvent(task, actor, 'sync.started', now)], key);
    if (started === null)
      throw new AppError('too_many', 'SYNC_BUSY', '该连接器已有多个同步任务等待执行，请稍后重试', {
        retryAfterMs: BUSY_RETRY_MS,
      });
    wake();
    return { task: started.task, deduplicated: !started.created };
  };
}

function checkRequest({ syncType, mode, since }: StartSync, connector: Connector, readable: string[], now: Date): void {
  if (!connector.syncTypes.includes(syncType)) {
    throw invalidField('sync_type', `该平台不支持 ${syncType} 同步，支持的类型：${connector.syncTypes.join('、')}`);
  }
  if (!readable.includes(syncType))
    throw invalidField('sync_type', `${syncType} 同步尚未开放，目前可用：${readable.join('、')}`);
  if (mode !== 'full' && mode !== 'incremental') throw invalidField('mode', '同步模式必须是 full 或 incremental');
  if (since !== null && mode === 'full') throw invalidField('since', '起始时间仅增量模式有效');
  if (since !== null && since > now) throw invalidField('since', '起始时间不能晚于当前时间');
  if (connector.status === 'pending') throw new AppError('conflict', 'CONNECTOR_002', '连接器尚未完成授权');
  if (connector.status === 'error') throw new AppError('conflict', 'CONNECTOR_003', '连接器授权已失效，请重新授权');
}
