import type { FieldErrors } from '@crossdock/kernel';
import type { Breaker } from './breaker.ts';
import type { Headers } from './custom-headers.ts';
import type { FailingStage } from './failing.ts';
import { type OlderSecret, secretFault } from './secret.ts';
import { isWebhookType, type PayloadForm, WEBHOOK_TYPES, type WebhookType } from './webhook.ts';

export const MAX_ENDPOINTS_PER_CONNECTOR = 20;

export type EndpointStatus = 'enabled' | 'paused' | 'disabled';

/** `gone`: 410; `receiver_asked`: it said so in a header; `failing`: no success for five days. */
export type DisabledReason = 'gone' | 'receiver_asked' | 'failing';

/** What a partner decides of what it is sent, and how. */
export interface Options {
  /** JSON text, null for all. */
  filter: string | null;
  /** Seconds after each failure, null for the usual ones. */
  retrySchedule: number[] | null;
  /** Calls a second, null for as many as come. */
  throttle: number | null;
  payload: PayloadForm;
}

/** Where webhooks of one connector go. `target` is the url as it is called: two spellings of one address are one. */
export interface Endpoint extends Options {
  id: string;
  tenant: string;
  connectorId: string;
  platform: string;
  url: string;
  target: string;
  events: WebhookType[];
  status: EndpointStatus;
  disabledReason: DisabledReason | null;
  /** Sealed; '' once deleted. */
  secret: string;
  secretHint: string;
  /** We made the secret, so we show it, once. */
  secretMade: boolean;
  weakSecret: boolean;
  /** Those that a rotation left alive, the newest first; some may have lapsed. */
  olderSecrets: OlderSecret[];
  /** Sealed JSON, '' without any. */
  headers: string;
  /** The same as people see them. */
  shownHeaders: Headers;
  /** Counts what people change. */
  revision: number;
  breaker: Breaker | null;
  /** Since when no call succeeded, once that is a minute. */
  failingSince: Date | null;
  /** When a person enabled it again, null when nobody ever did. */
  enabledAt: Date | null;
  warned: FailingStage;
  createdAt: Date;
  deletedAt: Date | null;
}

/** Who asks for a change; `requestId` is '' when nobody did. */
export interface Caller {
  tenant: string;
  actor: string;
  requestId: string;
}

/** Sorted events as one text, so that an index can compare sets. */
export const eventsKey = (events: readonly WebhookType[]): string => events.toSorted().join(',');

/** A slot between 1 and the limit that none of the used ones is, or null; `pick` in [0, 1) chooses, so that creates at the same time rarely collide. */
export function freeSlot(used: readonly number[], pick: number): number | null {
  const taken = new Set(used);
  const free = Array.from({ length: MAX_ENDPOINTS_PER_CONNECTOR }, (_, index) => index + 1).filter(
    (slot) => !taken.has(slot),
  );
  return free[Math.floor(pick * free.length)] ?? null;
}

/** What is wrong with the events and the secret of an endpoint, by field. */
export function endpointFaults({
  events,
  secret,
}: {
  events?: readonly string[] | undefined;
  secret?: string | undefined;
}): FieldErrors {
  const faults: FieldErrors = {};
  const reasons = events === undefined ? [] : eventFaults(events);
  if (reasons.length > 0) faults['events'] = reasons;
  const fault = secret === undefined ? null : secretFault(secret);
  if (fault !== null) faults['secret'] = [fault];
  return faults;
}

function eventFaults(events: readonly string[]): string[] {
  const unknown = events.filter((event) => !isWebhookType(event));
  const reasons = unknown.map((event) => `不支持的事件 ${event.slice(0, 100)}，可选：${WEBHOOK_TYPES.join('、')}`);
  if (events.length === 0) reasons.push('至少选择一个事件');
  if (new Set(events).size < events.length) reasons.push('事件不能重复');
  return reasons;
}
