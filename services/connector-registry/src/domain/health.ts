import type { Call, Connector } from './connector.ts';
import { expiresSoon, isExpired } from './credential.ts';
import { type Signal, signalOf, type Standing, standingNow } from './standing.ts';
import { isAuthorized } from './status.ts';
import { STATUS_REASONS } from './status-reasons.ts';

export interface Health {
  status: 'healthy' | 'degraded' | 'unhealthy' | 'unknown';
  authValid: boolean;
  apiReachable: boolean;
  rateLimitOk: boolean;
  lastError: string | null;
  authExpiresAt: Date | null;
  checkedAt: Date | null;
}

type Verdict = Pick<Health, 'status' | 'authValid' | 'apiReachable' | 'rateLimitOk'>;

const WELL: Verdict = { status: 'healthy', authValid: true, apiReachable: true, rateLimitOk: true };
const UNAUTHORIZED: Verdict = { ...WELL, status: 'unhealthy', authValid: false };

const VERDICTS: Record<Signal, Verdict> = {
  ok: WELL,
  slow: { ...WELL, status: 'degraded' },
  limited: { ...WELL, status: 'degraded', rateLimitOk: false },
  forbidden: { ...WELL, status: 'degraded' },
  closed: { ...WELL, status: 'degraded' },
  away: { ...WELL, status: 'unhealthy', apiReachable: false },
  unauthorized: UNAUTHORIZED,
};

/** What went wrong on the way, as adapters call it (`HTTP_502`, `TIMEOUT`, `ECONNRESET`); platforms count or write small. */
const OUR_CODE = /^[A-Z][A-Z0-9_]+$/;

/** Less of its call budget than this left is near the limit. */
const BUDGET_LOW = 0.2;

/** The health of a connector by its state and its last calls; `budgetLeft` is the share of its call budget, 0 to 1. */
export function healthOf(connector: Connector, budgetLeft: number, now: Date): Health {
  const { status, statusReason, credential } = connector;
  const last = connector.calls.at(-1);
  const known = { authExpiresAt: credential?.expiresAt ?? null, checkedAt: last?.at ?? null };
  if (status === 'error' || (credential !== null && credential.refreshToken === null && isExpired(credential, now)))
    return { ...UNAUTHORIZED, ...known, lastError: STATUS_REASONS[statusReason ?? 'auth_expired'].zh };
  const standing = standingNow(connector, now);
  if (standing === null || !isAuthorized(status)) {
    const unknown = { ...WELL, status: 'unknown' as const, authValid: isAuthorized(status), apiReachable: false };
    return { ...unknown, ...known, lastError: null };
  }
  const verdict = VERDICTS[standing.signal];
  if (verdict.status !== 'healthy') return { ...verdict, ...known, lastError: errorOf(connector.calls, standing) };
  if (budgetLeft < BUDGET_LOW) return { ...VERDICTS.limited, ...known, lastError: '平台调用额度剩余不足 20%' };
  if (credential !== null && expiresSoon(credential, now))
    return { ...WELL, ...known, status: 'degraded', lastError: STATUS_REASONS.auth_expiring.zh };
  return { ...WELL, ...known, lastError: null };
}

/** The newest refusal of this kind in the platform's own words; ours, with the code, when none came from it. */
function errorOf(calls: readonly Call[], { signal, reason }: Standing): string | null {
  const failed = calls.findLast((call) => signalOf(call) === signal);
  const known = reason === null ? null : STATUS_REASONS[reason].zh;
  if (failed === undefined) return known;
  const { code, message, outcome } = failed;
  return OUR_CODE.test(code) ? `${known ?? outcome}（${code}）` : message || known || outcome;
}
