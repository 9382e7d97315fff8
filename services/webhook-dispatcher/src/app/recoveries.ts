import { AppError, type Clock, invalidField, keyReused, newId } from '@crossdock/kernel';
import type { Caller } from '../domain/endpoint.ts';
import { RECOVERABLE, type Recovery, type RecoverySet } from '../domain/recovery.ts';
import { isWebhookType, WEBHOOK_TYPES } from '../domain/webhook.ts';
import type { RecoveryStore } from '../store/recoveries.ts';
import type { ResendStore } from '../store/resends.ts';
import { audit } from './endpoint-events.ts';
import type { EndpointApp } from './endpoints.ts';

export interface RecoveryRequest {
  connectorId: string;
  endpointId: string;
  since: Date | undefined;
  until: Date | undefined;
  /** '' for the failed. */
  status: string;
  types: string[];
  dryRun: boolean;
  /** '' without one. */
  idempotencyKey: string;
  bodyHash: string;
}

/** One recovery, as a path names it. */
export interface RecoveryPath {
  connectorId: string;
  endpointId: string;
  id: string;
}

export interface RecoveryDeps {
  endpointApp: Pick<EndpointApp, 'getEndpoint'>;
  recoveries: RecoveryStore;
  resends: ResendStore;
  nudge: (recoveryId: string) => void;
  /** A recovery is to be worked on. */
  wake: () => void;
  clock: Clock;
}

/** Deliveries of a time sent again by the many. */
export function recoveryApp({ endpointApp, recoveries, resends, nudge, wake, clock }: RecoveryDeps) {
  async function startRecovery(caller: Caller, request: RecoveryRequest): Promise<Recovery> {
    const { connectorId, endpointId, dryRun, idempotencyKey: key, bodyHash } = request;
    const now = clock();
    const set = setOf(request, now);
    const { tenant } = await endpointApp.getEndpoint(caller.tenant, connectorId, endpointId);
    const recovery: Recovery = {
      ...set,
      id: newId(),
      tenant,
      connectorId,
      endpointId,
      status: dryRun ? 'completed' : 'running',
      dryRun,
      count: await resends.count(endpointId, set),
      processed: 0,
      resent: 0,
      skipped: 0,
      cursor: null,
      createdAt: now,
      completedAt: dryRun ? now : null,
    };
    const event = auditOf(caller, 'webhook.recover', recovery, now);
    const outcome = await recoveries.create(recovery, key === '' ? null : { key, bodyHash }, [event]);
    if (outcome === 'created') {
      nudge(recovery.id);
      wake();
      return recovery;
    }
    const earlier = key === '' ? null : await recoveries.byIdempotencyKey(tenant, key);
    if (earlier === null) throw new AppError('conflict', 'RECOVERY_RUNNING', '该 Webhook 已有正在进行的重新投递任务');
    if (earlier.bodyHash !== bodyHash || earlier.recovery.endpointId !== endpointId) throw keyReused();
    return earlier.recovery;
  }

  async function getRecovery(tenant: string, { connectorId, endpointId, id }: RecoveryPath): Promise<Recovery> {
    await endpointApp.getEndpoint(tenant, connectorId, endpointId);
    const recovery = await recoveries.get(tenant, endpointId, id);
    if (recovery === null) throw new AppError('not_found', 'RECOVERY_NOT_FOUND', '重新投递任务不存在');
    return recovery;
  }

  /** What it has sent again stays so; one that ended before stays as it is. */
  async function cancelRecovery(caller: Caller, path: RecoveryPath): Promise<Recovery> {
    const before = await getRecovery(caller.tenant, path);
    const now = clock();
    if (await recoveries.cancel(before.id, now, [auditOf(caller, 'webhook.recover_cancel', before, now)]))
      nudge(before.id);
    return getRecovery(caller.tenant, path);
  }

  return { startRecovery, getRecovery, cancelRecovery };
}

export type RecoveryApp = ReturnType<typeof recoveryApp>;

function setOf({ since, until, status, types }: RecoveryRequest, now: Date): RecoverySet {
  if (since === undefined) throw invalidField('since', '不能为空');
  if (since >= now) throw invalidField('since', '不能晚于当前时间');
  if (until !== undefined && until <= since) throw invalidField('until', '必须晚于 since');
  const ofStatus = RECOVERABLE.find((each) => each === (status || 'failed'));
  if (ofStatus === undefined) throw invalidField('status', `只能是 ${RECOVERABLE.join('、')}`);
  const unknown = types.find((type) => !isWebhookType(type));
  if (unknown !== undefined)
    throw invalidField('events', `不支持的事件 ${unknown.slice(0, 100)}，可选：${WEBHOOK_TYPES.join('、')}`);
  return { since, until: until ?? now, ofStatus, ofTypes: types.filter(isWebhookType) };
}

const auditOf = (caller: Caller, action: string, recovery: Recovery, at: Date) =>
  audit({
    caller,
    action,
    target: `webhook/${recovery.endpointId}/recovery/${recovery.id}`,
    before: null,
    after: {
      since: recovery.since.toISOString(),
      until: recovery.until.toISOString(),
      status: recovery.ofStatus,
      events: recovery.ofTypes,
      dry_run: recovery.dryRun,
      count: recovery.count,
    },
    at,
  });
