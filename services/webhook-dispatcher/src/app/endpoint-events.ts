import { auditRecorded, connectorError, type DataOf, type Event } from '@crossdock/contracts';
import type { Caller, DisabledReason, Endpoint } from '../domain/endpoint.ts';
import type { FailingStage } from '../domain/failing.ts';

const SOURCE = 'webhook-dispatcher';

/** Who acts when nobody asked. */
export const systemCaller = (tenant: string): Caller => ({ tenant, actor: `system:${SOURCE}`, requestId: '' });

interface Audit {
  caller: Caller;
  action: string;
  target: string;
  before: object | null;
  after: object | null;
  at: Date;
}

/** Who did what. */
export const audit = ({ caller, action, target, before, after, at }: Audit): Event =>
  auditRecorded.create({
    tenantId: caller.tenant,
    source: SOURCE,
    time: at,
    data: {
      actor: caller.actor,
      action,
      target,
      before,
      after,
      request_id: caller.requestId || null,
      at: at.toISOString(),
    },
  });

/** Of its secrets only the hints are told. */
const auditView = (endpoint: Endpoint) => ({
  connector_id: endpoint.connectorId,
  url: endpoint.url,
  events: endpoint.events,
  status: endpoint.status,
  disabled_reason: endpoint.disabledReason,
  secret: endpoint.secretHint,
  secrets_live_until: endpoint.olderSecrets.map(({ until }) => until.toISOString()),
  filter: endpoint.filter === null ? null : (JSON.parse(endpoint.filter) as unknown),
  headers: endpoint.shownHeaders,
  retry_schedule: endpoint.retrySchedule,
  throttle: endpoint.throttle,
  payload: endpoint.payload,
});

type Change = { caller: Caller; action: string; before: Endpoint | null; after: Endpoint | null; at: Date };

/** Who did what to an endpoint. */
export const auditEvent = ({ caller, action, before, after, at }: Change): Event =>
  audit({
    caller,
    action,
    target: `webhook/${(after ?? before)?.id}`,
    before: before && auditView(before),
    after: after && auditView(after),
    at,
  });

const CAUSES: Record<DisabledReason, string> = {
  gone: '接收方表示该地址不再使用（HTTP 410）',
  receiver_asked: '接收方要求停止投递',
  failing: '连续 120 小时没有一次投递成功',
};

type Notice = Pick<DataOf<typeof connectorError>, 'kind' | 'reason' | 'message'>;

/** Version 0: it says nothing about the connector's own state. */
const notice = ({ tenant, connectorId, platform }: Endpoint, told: Notice, at: Date): Event =>
  connectorError.create({
    tenantId: tenant,
    source: SOURCE,
    time: at,
    data: { connector_id: connectorId, platform, version: 0, ...told, at: at.toISOString() },
  });

/** An endpoint was disabled by us. */
export const webhookDisabled = (endpoint: Endpoint, reason: DisabledReason, at: Date): Event =>
  notice(
    endpoint,
    { kind: 'webhook_disabled', reason, message: `Webhook ${endpoint.url} 已停用：${CAUSES[reason]}` },
    at,
  );

/** An endpoint will be disabled if nothing succeeds. */
export const webhookFailing = (endpoint: Endpoint, stage: FailingStage, since: Date, at: Date): Event =>
  notice(
    endpoint,
    {
      kind: 'webhook_failing',
      reason: `failing_${stage}`,
      message: `Webhook ${endpoint.url} 自 ${since.toISOString()} 起没有一次投递成功，满 120 小时将停用（已过 ${stage}%）`,
    },
    at,
  );
