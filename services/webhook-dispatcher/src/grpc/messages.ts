import type {
  Attempt as AttemptMessage,
  Delivery as DeliveryMessage,
  Endpoint as EndpointMessage,
  EndpointOptions,
  Recovery as RecoveryMessage,
} from '@crossdock/contracts/grpc/webhook-dispatcher';
import type { CallResult } from '../domain/attempt.ts';
import type { Endpoint } from '../domain/endpoint.ts';
import type { AskedOptions } from '../domain/endpoint-options.ts';
import type { Recovery } from '../domain/recovery.ts';
import { USUAL_SCHEDULE } from '../domain/retry-schedule.ts';
import { liveSecrets } from '../domain/secret.ts';
import type { DeliverySummary } from '../store/delivery-log.ts';

export const endpointMessage = (endpoint: Endpoint, now: Date, secret: string | null = null): EndpointMessage => ({
  id: endpoint.id,
  connectorId: endpoint.connectorId,
  url: endpoint.url,
  events: endpoint.events,
  status: endpoint.status,
  disabledReason: endpoint.disabledReason ?? '',
  secretHint: endpoint.secretHint,
  secret: secret ?? '',
  createdAt: endpoint.createdAt,
  weakSecret: endpoint.weakSecret,
  liveSecrets: 1 + liveSecrets(endpoint.olderSecrets, now).length,
  filterJson: endpoint.filter ?? '',
  headers: endpoint.shownHeaders,
  retrySchedule: [...(endpoint.retrySchedule ?? USUAL_SCHEDULE)],
  throttle: endpoint.throttle ?? undefined,
  payload: endpoint.payload,
  revision: endpoint.revision,
  breakerOpenUntil: endpoint.breaker?.until,
  failingSince: endpoint.failingSince ?? undefined,
});

/** What was asked for: an empty text, `usual` and 0 take an option away. */
export function askedOptions(options: EndpointOptions | undefined): AskedOptions {
  if (options === undefined) return {};
  const { filterJson, headers, retrySchedule, throttle, payload } = options;
  return {
    ...(filterJson !== undefined && { filter: filterJson === '' ? null : filterJson }),
    ...(headers !== undefined && { headers: headers.values }),
    ...(retrySchedule !== undefined && { retrySchedule: retrySchedule.usual ? null : retrySchedule.seconds }),
    ...(throttle !== undefined && { throttle: throttle === 0 ? null : throttle }),
    ...(payload !== undefined && { payload }),
  };
}

export const deliveryMessage = (delivery: DeliverySummary): DeliveryMessage => ({
  id: delivery.id,
  eventId: delivery.eventId,
  eventType: delivery.type,
  status: delivery.status,
  attemptCount: delivery.attemptCount,
  nextAttemptAt: delivery.nextAttemptAt ?? undefined,
  createdAt: delivery.createdAt,
  reason: delivery.reason ?? '',
  test: delivery.test ?? false,
});

interface Numbered {
  number: number;
  trigger: string;
  nextAttemptAt: Date | null;
}

export const attemptMessage = (
  { at, requestHeaders, statusCode, responseBody, timings, address, blame, error }: CallResult,
  { number, trigger, nextAttemptAt }: Numbered,
): AttemptMessage => ({
  number,
  at,
  trigger,
  statusCode: statusCode ?? undefined,
  responseBody,
  durationMs: Math.round(timings.total),
  blame,
  error,
  timeline: {
    dns: timings.dns ?? undefined,
    connect: timings.connect ?? undefined,
    tls: timings.tls ?? undefined,
    firstByte: timings.firstByte ?? undefined,
    total: timings.total,
  },
  address,
  requestHeaders,
  nextAttemptAt: nextAttemptAt ?? undefined,
});

export const recoveryMessage = ({ ofStatus, ofTypes, completedAt, ...recovery }: Recovery): RecoveryMessage => ({
  id: recovery.id,
  status: recovery.status,
  dryRun: recovery.dryRun,
  count: recovery.count,
  processed: recovery.processed,
  resent: recovery.resent,
  skipped: recovery.skipped,
  since: recovery.since,
  until: recovery.until,
  ofStatus,
  ofTypes,
  createdAt: recovery.createdAt,
  completedAt: completedAt ?? undefined,
});
