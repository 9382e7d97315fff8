import type { FailureClass } from '@crossdock/kernel';

/**
 * Tries of one page when the platform answers nothing useful, before the task ends as failed: some 45 s of them, or two
 * minutes where the breaker opens meanwhile and lets one through every 15, 30 and 60 s.
 */
export const PAGE_TRIES = 8;
/** A shorter pause is waited out in place, a longer one frees the slot. */
export const HOLD_PAUSE_MS = 10_000;

const FIRST_BACKOFF_MS = 500;
const LONGEST_BACKOFF_MS = 15_000;
/** How long a closed shop is left alone. */
export const CLOSED_SHOP_MS = 45_000;

/** What a failed platform call asks of its task: `wait` frees the slot; it and `pace` burn no try. */
export type Reaction =
  | { kind: 'retry'; afterMs: number }
  | { kind: 'refresh' }
  | { kind: 'pace' }
  | { kind: 'wait'; reason: string; afterMs: number }
  | { kind: 'fail'; reason: string };

export interface Failed {
  failure: FailureClass;
  /** The platform's own, or what kept the call from being made: `CALL_BUDGET`, `BREAKER_OPEN`. */
  code: string;
  retryAfterMs: number | undefined;
  /** Tries of this page so far, this one included. */
  tries: number;
  /** The credential was renewed for this page already. */
  refreshed: boolean;
}

/** `jitter` in [0, 1). */
export function reactTo({ failure, code, retryAfterMs: hint = 0, tries, refreshed }: Failed, jitter: number): Reaction {
  switch (failure) {
    case 'RATE_LIMITED':
      if (code === 'CALL_BUDGET') return { kind: 'wait', reason: 'call_budget', afterMs: hint };
      return hint > HOLD_PAUSE_MS ? { kind: 'wait', reason: 'rate_limited', afterMs: hint } : { kind: 'pace' };
    case 'SHOP_CLOSED':
      return { kind: 'wait', reason: 'shop_closed', afterMs: hint || CLOSED_SHOP_MS };
    case 'RETRYABLE':
    case 'SHRINK_WINDOW': {
      if (code === 'BREAKER_OPEN' || hint > HOLD_PAUSE_MS)
        return { kind: 'wait', reason: 'platform_away', afterMs: hint };
      if (tries >= PAGE_TRIES) return { kind: 'fail', reason: 'platform_unavailable' };
      const backoff = Math.min(FIRST_BACKOFF_MS * 2 ** (tries - 1), LONGEST_BACKOFF_MS);
      return { kind: 'retry', afterMs: Math.max(hint, backoff * (0.5 + jitter / 2)) };
    }
    case 'AUTH_EXPIRED':
      return refreshed ? { kind: 'fail', reason: 'auth_expired' } : { kind: 'refresh' };
    case 'AUTH_REVOKED':
      return { kind: 'fail', reason: 'auth_revoked' };
    case 'CONFIG':
      return { kind: 'fail', reason: 'config_refused' };
    case 'FORBIDDEN':
      return { kind: 'fail', reason: 'permission_missing' };
    case 'PERMANENT':
      return { kind: 'fail', reason: 'platform_refused' };
  }
}
