import { sha256Hex } from '@crossdock/kernel';
import { retryDelayMs } from './retry-schedule.ts';
import type { WebhookType } from './webhook.ts';

export const DELIVERY_STATUSES = ['pending', 'delivered', 'failed', 'cancelled'] as const;

export type DeliveryStatus = (typeof DELIVERY_STATUSES)[number];

/** Why the next attempt is made. */
export type Trigger = 'schedule' | 'resend' | 'recover';

/** Why a delivery failed; the last two have nothing left to send. */
export type FailReason = 'exhausted' | 'aborted' | 'payload_too_large' | 'payload_expired';

/** One event on its way to one endpoint. What is usual stands in no field: that keeps rows small. */
export interface Delivery {
  id: string;
  tenant: string;
  connectorId: string;
  endpointId: string;
  eventId: string;
  type: WebhookType;
  /** Sent as it stands at every attempt; absent once it is too old, or when it was too large. */
  body?: string;
  status: DeliveryStatus;
  attemptCount: number;
  /** Attempts that the retry schedule does not count: made before somebody asked for it again, or as a probe. */
  attemptsBefore?: number;
  /** Of the next attempt, when it is not the schedule. */
  trigger?: Exclude<Trigger, 'schedule'>;
  /** Null when nothing is due: ended, or its endpoint takes nothing now. */
  nextAttemptAt: Date | null;
  createdAt: Date;
  /** What the event is about began there; each attempt carries it on. */
  traceparent: string;
  reason?: FailReason;
  /** Sent to try the endpoint. */
  test?: true;
}

/** Larger bodies are not sent, but told. */
const MAX_BODY_BYTES = 256 * 1024;

export const isTooLarge = (body: string): boolean =>
  body.length > MAX_BODY_BYTES / 3 && Buffer.byteLength(body) > MAX_BODY_BYTES;

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
  /** What its header `webhook-delivery` asked for. */
  wish: Wish | null;
}

export type Wish = 'disable' | 'abort-message';

export const wishOf = (header: string | undefined): Wish | null =>
  header === 'disable' || header === 'abort-message' ? header : null;

/** What an attempt makes of its delivery. */
export interface Verdict {
  status: DeliveryStatus;
  nextAttemptAt: Date | null;
  reason?: FailReason;
  attemptsBefore?: number;
}

/** The receiver wants no more: its endpoint is disabled, and what is pending waits for it to be enabled again. */
export type Farewell = 'gone' | 'receiver_asked';

const GONE = 410;
const TOO_MANY = 429;

export const isSuccess = (statusCode: number | null): boolean =>
  statusCode !== null && statusCode >= 200 && statusCode < 300;

export function farewellOf({ statusCode, wish }: Outcome): Farewell | null {
  if (statusCode === GONE) return 'gone';
  return wish === 'disable' ? 'receiver_asked' : null;
}

interface Judged {
  /** Counts attempts of the schedule from 1. */
  number: number;
  schedule: readonly number[];
  outcome: Outcome;
  now: Date;
  /** In [0, 1). */
  random: number;
}

export function verdictOf({ number, schedule, outcome, now, random }: Judged): Verdict {
  const { statusCode, timedOut, retryAfterMs, wish } = outcome;
  if (isSuccess(statusCode)) return { status: 'delivered', nextAttemptAt: null };
  if (wish === 'abort-message') return { status: 'failed', nextAttemptAt: null, reason: 'aborted' };
  const overrun = timedOut || statusCode === TOO_MANY;
  const delay = retryDelayMs(schedule, number, { overrun, retryAfterMs }, random);
  if (delay === null) return { status: 'failed', nextAttemptAt: null, reason: 'exhausted' };
  if (farewellOf(outcome) !== null) return { status: 'pending', nextAttemptAt: null };
  return { status: 'pending', nextAttemptAt: new Date(now.getTime() + delay) };
}
