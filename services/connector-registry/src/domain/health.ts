import type { Call, Connector } from './connector.ts';
import { isExpired } from './credential.ts';
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

/** What the outcome of a call says about the connector; a call refused for its own sake says that all is well. */
const VERDICTS: Record<string, Verdict> = {
  AUTH_EXPIRED: UNAUTHORIZED,
  AUTH_REVOKED: UNAUTHORIZED,
  CONFIG: UNAUTHORIZED,
  FORBIDDEN: { ...WELL, status: 'degraded' },
  RATE_LIMITED: { ...WELL, status: 'degraded', rateLimitOk: false },
  RETRYABLE: { ...WELL, status: 'unhealthy', apiReachable: false },
  SHOP_CLOSED: { ...WELL, status: 'degraded' },
};

/** The last outcomes a connector keeps. */
export const CALLS_KEPT = 20;

/** The health of a connector as its state and the newest outcome of a call tell it. */
export function healthOf(connector: Connector, now: Date): Health {
  const { status, statusReason, credential } = connector;
  const last = connector.calls.at(-1);
  const known = { authExpiresAt: credential?.expiresAt ?? null, checkedAt: last?.at ?? null };
  if (status === 'error' || (credential !== null && credential.refreshToken === null && isExpired(credential, now))) {
    return { ...UNAUTHORIZED, ...known, lastError: STATUS_REASONS[statusReason ?? 'auth_expired'].zh };
  }
  if (last === undefined || !isAuthorized(status)) {
    return {
      ...WELL,
      ...known,
      status: 'unknown',
      authValid: isAuthorized(status),
      apiReachable: last !== undefined,
      lastError: null,
    };
  }
  return { ...(VERDICTS[last.outcome] ?? WELL), ...known, lastError: errorOf(last) };
}

const errorOf = ({ outcome, message }: Call): string | null => (outcome === 'ok' ? null : message || outcome);
