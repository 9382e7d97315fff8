import type { WebhookCatalogueEntry } from '@crossdock/contracts';
import type { Attempt, Endpoint, Recovery } from '@crossdock/contracts/grpc/webhook-dispatcher';
import { iso } from '../times.ts';

/** What a partner decided; secrets among the headers are masked already. */
export const endpointOptions = (endpoint: Endpoint) => ({
  filter: endpoint.filterJson === '' ? null : (JSON.parse(endpoint.filterJson) as unknown),
  headers: endpoint.headers,
  retry_schedule: endpoint.retrySchedule,
  throttle: endpoint.throttle ?? null,
  payload: endpoint.payload,
});

/** To the hundredth of a millisecond. */
const ms = (time: number | undefined): number | null => (time === undefined ? null : Math.round(time * 100) / 100);

export const timelineView = ({ timeline }: Attempt) => ({
  timeline: {
    dns_ms: ms(timeline?.dns),
    connect_ms: ms(timeline?.connect),
    tls_ms: ms(timeline?.tls),
    first_byte_ms: ms(timeline?.firstByte),
    total_ms: ms(timeline?.total ?? 0),
  },
});

export const startedRecovery = ({ id, count, status, dryRun }: Recovery) => ({
  task_id: id,
  count,
  status,
  dry_run: dryRun,
});

export const recoveryView = (recovery: Recovery) => ({
  ...startedRecovery(recovery),
  processed: recovery.processed,
  resent: recovery.resent,
  skipped: recovery.skipped,
  since: iso(recovery.since),
  until: iso(recovery.until),
  of_status: recovery.ofStatus,
  events: recovery.ofTypes,
  created_at: iso(recovery.createdAt),
  completed_at: iso(recovery.completedAt),
});

export const eventTypeView = ({ type, summary, schema, example }: WebhookCatalogueEntry) => ({
  type,
  description: summary,
  schema,
  example,
});
