import type { FieldErrors } from '@crossdock/kernel';
import { secretFault } from './secret.ts';
import { isWebhookType, WEBHOOK_TYPES, type WebhookType } from './webhook.ts';

export const MAX_ENDPOINTS_PER_CONNECTOR = 20;

/** Where webhooks of one connector go. `target` is the url as it is called: two spellings of one address are one. */
export interface Endpoint {
  id: string;
  tenant: string;
  connectorId: string;
  platform: string;
  url: string;
  target: string;
  events: WebhookType[];
  status: 'enabled' | 'disabled';
  disabledReason: string | null;
  /** Sealed; '' once deleted. */
  secret: string;
  secretHint: string;
  /** We made the secret, so we show it, once. */
  secretMade: boolean;
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

/** What is wrong with the events and the secret of a new endpoint, by field. */
export function endpointFaults({
  events,
  secret,
}: {
  events: readonly string[];
  secret: string | undefined;
}): FieldErrors {
  const faults: FieldErrors = {};
  const unknown = events.filter((event) => !isWebhookType(event));
  const reasons = unknown.map((event) => `不支持的事件 ${event.slice(0, 100)}，可选：${WEBHOOK_TYPES.join('、')}`);
  if (events.length === 0) reasons.push('至少选择一个事件');
  if (new Set(events).size < events.length) reasons.push('事件不能重复');
  if (reasons.length > 0) faults['events'] = reasons;
  const fault = secret === undefined ? null : secretFault(secret);
  if (fault !== null) faults['secret'] = [fault];
  return faults;
}
