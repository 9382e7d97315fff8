import type { Call, Connector } from './connector.ts';
import { reasonOf } from './failure-reasons.ts';
import type { StatusReason } from './status-reasons.ts';

/** What calls of the platform come to; `ok` also when a call was refused for its own sake. */
export type Signal = 'ok' | 'slow' | 'limited' | 'forbidden' | 'away' | 'closed' | 'unauthorized';

/** How a connector stands by its last calls, and since when. */
export interface Standing {
  signal: Signal;
  reason: StatusReason | null;
  since: Date;
}

/** The last calls a connector keeps. */
export const CALLS_KEPT = 20;

const RECENT_MS = 15 * 60_000;
const IN_A_ROW = 3;
/** Shares say nothing of fewer calls. */
const ENOUGH = 10;
const SLOW_MS = 5_000;
/** So that what comes and goes changes the picture at most once a minute each way. */
const HOLD_MS = 60_000;
/** What passes by itself is worth telling of only when it does not. */
const TELL_AFTER_MS = 2 * 60_000;

const SIGNALS: Record<string, Signal> = {
  AUTH_EXPIRED: 'unauthorized',
  AUTH_REVOKED: 'unauthorized',
  CONFIG: 'unauthorized',
  FORBIDDEN: 'forbidden',
  RATE_LIMITED: 'limited',
  RETRYABLE: 'away',
  SHOP_CLOSED: 'closed',
};

/** The platform said it of the connector itself: true from the first word on, and over with the first call that works. */
const DEFINITE: readonly Signal[] = ['closed', 'unauthorized'];
const NOISY: readonly Signal[] = ['away', 'forbidden'];

export const signalOf = ({ outcome }: Call): Signal => SIGNALS[outcome] ?? 'ok';

/**
 * The next standing, by the last 20 calls of the last 15 minutes; flapping is damped:
 * - the first call ever, a closed shop, a refused token or app, and a refusal for frequency count at once;
 * - failures and missing permissions count when the last 3 calls, or half of at least 10, were such;
 * - slow is when more than half of at least 10 calls took over 5 s, until fewer than a quarter do;
 * - it is over with the last 3 calls well, not within a minute of its beginning, and of failures only fewer than half left;
 *   a closed shop or a refused token with the first call that is well, and all of it with one that somebody asked for.
 *
 * `now` is that of the newest call without one: what was held for a minute is over without another call.
 */
export function standingAfter(
  before: Standing | null,
  platform: string,
  calls: readonly Call[],
  now?: Date,
): Standing | null {
  const newest = calls.at(-1);
  if (newest === undefined) return before;
  const signal =
    before === null ? signalOf(newest) : nextSignal(before, recentOf(calls, newest), newest, now ?? newest.at);
  if (signal === before?.signal && signal !== signalOf(newest)) return before;
  const reason = reasonIn(signal, platform, calls);
  if (signal === before?.signal && reason === before.reason) return before;
  return { signal, reason, since: signal === before?.signal ? before.since : newest.at };
}

/** As it is now: by the newest call alone while that is one somebody asked for. */
export function standingNow({ platform, calls, standing }: Connector, now: Date): Standing | null {
  const newest = calls.at(-1);
  if (!newest?.asked) return standing && standingAfter(standing, platform, calls, now);
  const said = signalOf(newest);
  const signal = said === 'ok' && !isWell(newest) ? 'slow' : said;
  return { signal, reason: reasonIn(signal, platform, calls), since: newest.at };
}

/** Why it must be told; null while it is well, or while it may still pass. */
export function adviceOf({ signal, reason, since }: Standing, now: Date): StatusReason | null {
  const definite = DEFINITE.includes(signal) && reason !== 'token_refused';
  return definite || now.getTime() - since.getTime() >= TELL_AFTER_MS ? reason : null;
}

function nextSignal(before: Standing, calls: readonly Call[], newest: Call, now: Date): Signal {
  const said = signalOf(newest);
  if (DEFINITE.includes(said) || said === 'limited') return said;
  if (newest.asked && isWell(newest)) return 'ok';
  const bad = NOISY.find((signal) => inARow(calls, signal) || mostly(calls, signal));
  if (bad !== undefined && (said !== 'ok' || before.signal === bad)) return bad;
  if (said !== 'ok') return before.signal;
  if (before.signal === 'ok') return isSlow(calls, 0.5) ? 'slow' : 'ok';
  if (DEFINITE.includes(before.signal)) return 'ok';
  const held = now.getTime() - before.since.getTime() < HOLD_MS;
  if (held || (before.signal === 'slow' && isSlow(calls, 0.25))) return before.signal;
  return inARow(calls, 'ok') ? 'ok' : before.signal;
}

const recentOf = (calls: readonly Call[], newest: Call): Call[] =>
  calls.slice(-CALLS_KEPT).filter(({ at }) => newest.at.getTime() - at.getTime() <= RECENT_MS);

const inARow = (calls: readonly Call[], signal: Signal): boolean =>
  calls.length >= IN_A_ROW && calls.slice(-IN_A_ROW).every((call) => signalOf(call) === signal);

const mostly = (calls: readonly Call[], signal: Signal): boolean =>
  calls.length >= ENOUGH && calls.filter((call) => signalOf(call) === signal).length * 2 >= calls.length;

const isWell = (call: Call): boolean => signalOf(call) === 'ok' && call.durationMs < SLOW_MS;

const isSlow = (calls: readonly Call[], share: number): boolean =>
  calls.length >= ENOUGH && calls.filter(({ durationMs }) => durationMs >= SLOW_MS).length > calls.length * share;

/** What the newest call with this signal said; null when all is well. */
function reasonIn(signal: Signal, platform: string, calls: readonly Call[]): StatusReason | null {
  if (signal === 'ok') return null;
  if (signal === 'slow') return 'platform_slow';
  const call = calls.findLast((each) => signalOf(each) === signal);
  return call === undefined ? null : reasonOf(platform, call.outcome, call.code);
}
