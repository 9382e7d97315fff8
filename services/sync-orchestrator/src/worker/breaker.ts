import { PlatformError } from '@crossdock/kernel';
import type { CallOutcome } from '@crossdock/platforms';
import CircuitBreaker from 'opossum';

/** Calls within the rolling window before anything is concluded, and the share of failures that opens. */
const CALLS_AT_LEAST = 10;
const FAILED_PERCENT = 50;
const WINDOW_MS = 30_000;
/** How long it stays open, then one call tries; doubled after each try that fails. */
const FIRST_OPEN_MS = 15_000;
const LONGEST_OPEN_MS = 120_000;

export type BreakerState = 'closed' | 'half-open' | 'open';

/**
 * Keeps calls from a platform that is away. Only RETRYABLE outcomes count against it: a refusal of any kind, a rate
 * limit, a closed shop and an answer that is too large are answers of a platform that is there.
 */
export function callBreaker(now: () => number) {
  const settings: CircuitBreaker.Options = {
    timeout: false,
    volumeThreshold: CALLS_AT_LEAST,
    // Opens above, not at, the threshold.
    errorThresholdPercentage: FAILED_PERCENT - 1,
    rollingCountTimeout: WINDOW_MS,
    rollingPercentilesEnabled: false,
    enableSnapshots: false,
    resetTimeout: FIRST_OPEN_MS,
  };
  const breaker = new CircuitBreaker((outcome: Promise<void>) => outcome, settings);
  const running: PromiseWithResolvers<void>[] = [];
  let openUntil = 0;
  breaker.on('open', () => {
    openUntil = now() + settings.resetTimeout!;
  });
  breaker.on('halfOpen', () => {
    settings.resetTimeout = Math.min(settings.resetTimeout! * 2, LONGEST_OPEN_MS);
  });
  breaker.on('close', () => {
    settings.resetTimeout = FIRST_OPEN_MS;
  });

  const away = () =>
    new PlatformError('RETRYABLE', 'the platform does not answer', {
      code: 'BREAKER_OPEN',
      retryAfterMs: Math.max(1_000, openUntil - now()),
    });
  const closedToUs = () => breaker.opened || (breaker.halfOpen && !breaker.pendingClose);

  return {
    /** Throws while it is open, and while another call tries whether the platform is back. */
    check(): void {
      if (closedToUs()) throw away();
    },

    /** A call begins; throws like `check`. Each is followed by one `end`. */
    begin(): void {
      if (closedToUs()) throw away();
      const call = Promise.withResolvers<void>();
      running.push(call);
      breaker.fire(call.promise).catch(() => {});
    },

    /** Which of the calls under way ends does not matter: they are counted alike. */
    end(outcome: CallOutcome): void {
      const call = running.shift();
      if (outcome.ok || outcome.failure !== 'RETRYABLE') return call?.resolve();
      // Given up by us: says nothing, so a try that was given up is made again later.
      if (outcome.code !== 'ABORTED') return call?.reject(new Error(outcome.code));
      if (breaker.halfOpen) breaker.open();
      else call?.resolve();
    },

    state: (): BreakerState => (breaker.opened ? 'open' : breaker.halfOpen ? 'half-open' : 'closed'),
    stop: (): void => breaker.shutdown(),
  };
}

export type CallBreaker = ReturnType<typeof callBreaker>;
