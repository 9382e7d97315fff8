import { sha256Hex } from '@crossdock/kernel';
import { retryDelayMs } from './retry-schedule.ts';
import type { WebhookType } from './webhook.ts';

export const DELIVERY_STATUSES = ['pending', 'delivered', 'failed', 'cancelled'] as const;

export type DeliveryStatus = (typeof DELIVERY_STATUSES)[number];

/** One event on its way to one endpoint. */
export interface Delivery {
  id: string;
  tenant: string;
  connectorId: string;
  endpointId: string;
  eventId: string;
  type: WebhookType;
  /** Sent as it stands at every attempt. */
  body: string;
  status: DeliveryStatus;
  attemptCount: number;
  /** Null when nothing is due: ended, or its endpoint is disabled. */
  nextAttemptAt: Date | null;
  createdAt: Date;
  /** What the event is about began there; each attempt carries it on. */
  traceparent: string;
}

/** One id per endpoint and event: the time out of the event's own, then a hash of both, so that a second insert of the pair meets the first. */
export function deliveryId(endpointId: string, eventId: string): string {
  const hash = sha256Hex(`${endpointId}/${eventId}`);
  return `${eventId.slice(0, 13)}-8${hash.slice(0, 3)}-a${hash.slice(3, 6)}-${hash.slice(6, 18)}`;
}

/** What came of one call; `statusCode` is null when there was no complete answer. */
export interface Outcome {
  statusCode: number | null;
  timedOut: boolean;
  retryAfterMs: number | null;
}

/** What an attempt makes of its delivery. */
export interface Verdict {
  status: DeliveryStatus;
  nextAttemptAt: Date | null;
}

const GONE = 410;
const TOO_MANY = 429;

export const isSuccess = (statusCode: number | null): boolean =>
  statusCode !== null && statusCode >= 200 && statusCode < 300;

/** The receiver wants no more: its endpoint is disabled, and what is pending waits for it to be enabled again. */
export const isGone = (statusCode: number | null): boolean => statusCode === GONE;

/** `number` counts attempts from 1, `random` is in [0, 1). */
export function verdictOf(
  number: number,
  { statusCode, timedOut, retryAfterMs }: Outcome,
  now: Date,
  random: number,
): Verdict {
  if (isSuccess(statusCode)) return { status: 'delivered', nextAttemptAt: null };
  const delay = retryDelayMs(number, { overrun: timedOut || statusCode === TOO_MANY, retryAfterMs }, random);
  if (delay === null) return { status: 'failed', nextAttemptAt: null };
  if (isGone(statusCode)) return { status: 'pending', nextAttemptAt: null };
  return { status: 'pending', nextAttemptAt: new Date(now.getTime() + delay) };
}
