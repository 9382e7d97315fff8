import { sha256Hex } from '@crossdock/kernel';
import type { Credential } from './connector.ts';

const AHEAD_MS = 15 * 60_000;
/** How much earlier at most, of the time ahead: connectors authorised together do not renew together. */
const JITTER = 0.2;
/** A renewal this late has been tried and failed. */
const OVERDUE_MS = 5 * 60_000;
export const FIRST_RENEWAL_PAUSE_MS = 1_000;
const LONGEST_RENEWAL_PAUSE_MS = 60_000;
const EXPIRING_MS = 24 * 3_600_000;

/** No credential is due earlier than this before its end. */
export const MAX_AHEAD_MS = AHEAD_MS * (1 + JITTER);

type Life = Pick<Credential, 'issuedAt' | 'expiresAt'>;

/** When to renew: 15 minutes before the end, or at half a shorter life, and up to a fifth of that earlier as the connector's id decides. */
export function refreshAt(connectorId: string, { issuedAt, expiresAt }: Life): Date {
  const aheadMs = Math.min(AHEAD_MS, (expiresAt.getTime() - issuedAt.getTime()) / 2);
  const share = Number.parseInt(sha256Hex(connectorId).slice(0, 8), 16) / 2 ** 32;
  return new Date(expiresAt.getTime() - Math.floor(aheadMs * (1 + JITTER * share)));
}

export const refreshDue = (connectorId: string, credential: Life, now: Date): boolean =>
  now >= refreshAt(connectorId, credential);

export const refreshOverdue = (connectorId: string, credential: Life, now: Date): boolean =>
  now.getTime() >=
  refreshAt(connectorId, credential).getTime() + Math.min(OVERDUE_MS, remainingMs(connectorId, credential));

/** Half of the time between renewal and end: a short life is overdue sooner. */
const remainingMs = (connectorId: string, credential: Life): number =>
  (credential.expiresAt.getTime() - refreshAt(connectorId, credential).getTime()) / 2;

/**
 * How long a renewal waits that was not made, when the platform names no time: 1 s, doubled with each failure before up to
 * a minute, half of it left to chance (`pick`: 0 ≤ pick < 1); of a token that still lives at most half of what is left of it.
 */
export function renewalPauseMs(failures: number, leftMs: number, pick: number): number {
  const doubled = Math.min(FIRST_RENEWAL_PAUSE_MS * 2 ** failures, LONGEST_RENEWAL_PAUSE_MS);
  const inTime = leftMs > 0 ? Math.max(leftMs / 2, FIRST_RENEWAL_PAUSE_MS) : doubled;
  return Math.round(Math.min(doubled, inTime) * (0.5 + pick / 2));
}

export const isExpired = ({ expiresAt }: Life, now: Date): boolean => now >= expiresAt;

/** Whether the merchant has to authorise again within a day, because nothing renews it by then. */
export function expiresSoon({ expiresAt, refreshToken, refreshExpiresAt }: Credential, now: Date): boolean {
  if (refreshToken !== null && refreshExpiresAt === null) return false;
  const end = Math.max(expiresAt.getTime(), refreshToken === null ? 0 : (refreshExpiresAt?.getTime() ?? 0));
  return end - now.getTime() < EXPIRING_MS;
}
