import type { Connector } from './connector.ts';
import { expiresSoon, isExpired, refreshOverdue } from './credential.ts';
import { adviceOf } from './standing.ts';
import type { StatusReason } from './status-reasons.ts';
import { isFailing } from './streak.ts';

type Advised = Pick<Connector, 'id' | 'credential' | 'streak' | 'standing'>;

/** What a connector that goes on should tell of, the gravest first; null when all is well. */
export function reasonToTell({ id, credential, streak, standing }: Advised, now: Date): StatusReason | null {
  if (isFailing(streak, now)) return 'failing';
  const advice = standing === null ? null : adviceOf(standing, now);
  if (advice !== null || credential === null) return advice;
  const renewable = credential.refreshToken !== null && !isExpired(credential, now);
  if (renewable && refreshOverdue(id, credential, now)) return 'auth_refresh_failing';
  return expiresSoon(credential, now) ? 'auth_expiring' : null;
}
