import type { Credential } from './connector.ts';

const REFRESH_AHEAD_MS = 15 * 60_000;

/** Near its end: within 15 minutes of it, or within half its life when that is shorter. */
export function refreshDue({ issuedAt, expiresAt }: Credential, now: Date): boolean {
  const lifetimeMs = expiresAt.getTime() - issuedAt.getTime();
  return now.getTime() >= expiresAt.getTime() - Math.min(REFRESH_AHEAD_MS, lifetimeMs / 2);
}

export const isExpired = ({ expiresAt }: Credential, now: Date): boolean => now >= expiresAt;
