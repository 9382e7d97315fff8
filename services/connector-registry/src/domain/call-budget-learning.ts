import { FIRST_PAUSE_MS, FIRST_RAISE_MS, type CallBudget } from './call-budget.ts';

/** A call that the platform refused for its rate, as its process tells. */
export interface Refusal {
  sentMsAgo: number;
  refusedMsAgo: number;
  /** Null without a hint. */
  hintMs: number | null;
  /** Calls of that process in the second before, and how long before it they began. */
  calls: number;
  withinMs: number;
}

const SHORTEST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 60_000;
/** Word of a refusal has reached every process by then: a later call was refused at the lowered rate. */
const ON_ITS_WAY_MS = 250;
const LONGEST_RAISE_MS = 600_000;
const CALM_STEP_MS = 1_000;
const STEP = 1.05;
/** Up to here of the refused rate the way back is quick. */
const NEAR_REFUSED = 0.9;
const LOWEST_RATE = 0.1;
/** Fewer calls than this teach nothing about the platform's rate. */
const TELLING_CALLS = 5;
/** Calls that began longer ago than this had no full bucket to start with. */
const TELLING_MS = 900;

/** Nobody calls before the hint is over; the rate goes down at once, but once for all calls that were on their way together. */
export function refused(budget: CallBudget, refusal: Refusal, now: number): CallBudget {
  const again = now - refusal.sentMsAgo > budget.refusedAt + ON_ITS_WAY_MS;
  const lowered = again ? lower(budget, refusal, now) : budget;
  const pause = Math.max(SHORTEST_PAUSE_MS, refusal.hintMs ?? budget.pauseMs);
  const pausedUntil = Math.max(budget.pausedUntil, now - refusal.refusedMsAgo + pause);
  const doubled = again && refusal.hintMs === null;
  return {
    ...lowered,
    pausedUntil,
    pauseMs: doubled ? Math.min(budget.pauseMs * 2, LONGEST_PAUSE_MS) : budget.pauseMs,
    refusals: budget.refusals + 1,
    refusedAt: now,
    frontier: pausedUntil,
    slices: [],
  };
}

/** Half; at once to what the platform seems to allow, when the first calls after a rest tell, but never below a fifth. */
function lower(budget: CallBudget, { calls, withinMs }: Refusal, now: number): CallBudget {
  const { rate, ceiling, holders } = budget;
  const active = Math.max(1, holders.filter(({ seenAt }) => now - seenAt < CALM_STEP_MS).length);
  // A full bucket of one second and its refill are used up: calls = allowed × (1 + time).
  const allowed =
    calls >= TELLING_CALLS && withinMs < TELLING_MS
      ? (calls * active) / (1 + withinMs / 1_000)
      : Number.POSITIVE_INFINITY;
  const found = Math.max(allowed, rate / 5);
  const next = Math.max(Math.min(LOWEST_RATE, ceiling), Math.min(rate / 2, found * 0.95));
  return {
    ...budget,
    rate: next,
    refusedRate: found < rate / 2 ? found : rate,
    raiseEveryMs: Math.min(budget.raiseEveryMs * 2, LONGEST_RAISE_MS),
  };
}

/**
 * As many steps up as calm has lasted for, also where nobody called: quickly towards what was refused last, slowly, and
 * slower after each refusal, beyond it; what goes well beyond it makes every step twice as quick again.
 */
export function raised(budget: CallBudget, now: number): CallBudget {
  let reached = budget;
  for (let next = stepUp(reached, now); next !== reached; next = stepUp(reached, now)) reached = next;
  return reached;
}

function stepUp(budget: CallBudget, now: number): CallBudget {
  const { rate, ceiling, refusedRate, raiseEveryMs } = budget;
  if (rate >= ceiling) return budget;
  const near = (refusedRate ?? ceiling) * NEAR_REFUSED;
  const due =
    Math.max(budget.refusedAt, budget.pausedUntil, budget.raisedAt) + (rate < near ? CALM_STEP_MS : raiseEveryMs);
  if (now < due) return budget;
  const next = Math.min(ceiling, rate < near ? Math.min(near, rate * STEP) : rate * STEP);
  const wasWrong = refusedRate !== null && rate > refusedRate;
  return {
    ...budget,
    rate: next,
    raisedAt: due,
    pauseMs: FIRST_PAUSE_MS,
    ...(wasWrong && { raiseEveryMs: Math.max(FIRST_RAISE_MS, raiseEveryMs / 2) }),
    ...(next === ceiling && { refusedRate: null, raiseEveryMs: FIRST_RAISE_MS }),
  };
}
