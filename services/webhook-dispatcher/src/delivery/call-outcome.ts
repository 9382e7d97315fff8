import type { Attempt } from '../domain/attempt.ts';
import type { Delivery } from '../domain/delivery.ts';
import type { Endpoint } from '../domain/endpoint.ts';
import type { HealthWatch } from './health.ts';

interface Made {
  endpoint: Endpoint;
  delivery: Delivery;
  attempt: Attempt;
  /** Until when it is the only call, null when it is no probe. */
  probe: Date | null;
}

/** What a call changes of its endpoint at once, and when the store says so too (null: with the attempt). */
export interface CallOutcome {
  change: Partial<Endpoint> | null;
  stands: Promise<void> | null;
}

/** Nothing is held against the endpoint. */
export const UNJUDGED: CallOutcome = { change: null, stands: null };

/** Who ends a delivery by a word of its own is in good health. */
const isGood = ({ blame, verdict }: Attempt): boolean => blame === '' || verdict.reason === 'aborted';

/** Holds a call against its endpoint. A probe that failed costs its delivery no attempt of the schedule: `attempt` says so afterwards. */
export function judgeCall(watch: HealthWatch, { endpoint, delivery, attempt, probe }: Made): CallOutcome {
  const good = isGood(attempt);
  if (attempt.farewell !== null) return { change: { status: 'disabled' }, stands: null };
  if (probe !== null) return judgeProbe(watch, { endpoint, delivery, attempt, probe });
  // A fault of ours is none of theirs.
  const opened = attempt.blame === 'ours' ? null : watch.count(endpoint, good);
  return opened === null ? UNJUDGED : { change: { breaker: opened.breaker }, stands: opened.stands };
}

function judgeProbe(watch: HealthWatch, { endpoint, delivery, attempt, probe }: Made & { probe: Date }): CallOutcome {
  const good = isGood(attempt);
  if (attempt.blame !== 'ours') watch.count(endpoint, good);
  const { next, stands } = watch.probed(endpoint, probe, good);
  if (next !== null)
    attempt.verdict = {
      status: 'pending',
      nextAttemptAt: next,
      attemptsBefore: (delivery.attemptsBefore ?? 0) + 1,
    };
  return { change: { breaker: good ? null : endpoint.breaker }, stands };
}
