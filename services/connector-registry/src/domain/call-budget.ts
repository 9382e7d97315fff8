/** What one budget is for: all processes, all tenants and all shops of an app draw on it. */
export interface CallBudgetKey {
  platform: string;
  /** SHA-256 of the app key, in hex. */
  appKeyHash: string;
  callClass: string;
}

/** A process that asked within the last second. */
export interface Holder {
  id: string;
  seenAt: number;
  /** Calls that wait there without a slice, by priority. */
  waiting: number[];
  /** Calls dealt to it, counted from when it came: the fewest are next. */
  turn: number;
}

/** `calls` calls from `from` on, one every `spacing` ms; without a priority for whoever waits. Unused ones lapse. */
export interface Slice {
  from: number;
  calls: number;
  spacing: number;
  priority: number | null;
}

/** Dealt, but its holder has not asked again since. */
export interface HeldSlice extends Slice {
  holder: string;
}

/** All times are epoch milliseconds of the database's clock, the one that every process shares. */
export interface CallBudget {
  platform: string;
  callClass: string;
  /** Calls a second at most: the configured ceiling, and what refusals taught. */
  ceiling: number;
  rate: number;
  /** The first moment that belongs to nobody yet. */
  frontier: number;
  pausedUntil: number;
  /** Refusals ever, and when the last one was told. */
  refusals: number;
  refusedAt: number;
  /** The rate that was refused last, null at the ceiling. */
  refusedRate: number | null;
  raisedAt: number;
  /** Calm that a step beyond the refused rate takes. */
  raiseEveryMs: number;
  /** The next pause after a refusal without a hint. */
  pauseMs: number;
  /** Calls dealt by priority, each divided by its weight: the least is next. */
  turns: number[];
  holders: Holder[];
  slices: HeldSlice[];
}

/** Calls that wait are dealt this far ahead, so that their slices are known in time by all. */
export const HORIZON_MS = 500;
/** A process that says nothing for this long waits no more. */
export const HOLDER_MS = 1_000;
/** Part of the rate that slices are cut from: the rest takes up calls that arrive bunched. */
const USED_SHARE = 0.97;
export const FIRST_PAUSE_MS = 1_000;
export const FIRST_RAISE_MS = 5_000;
/** Orders, inventory, everything else. Of a budget that all three wait for, they get 60, 30 and 10 of 100 calls. */
export const WEIGHTS = [6, 3, 1] as const;

export function newCallBudget({ platform, callClass }: CallBudgetKey, ceiling: number): CallBudget {
  return {
    platform,
    callClass,
    ceiling,
    rate: ceiling,
    frontier: 0,
    pausedUntil: 0,
    refusals: 0,
    refusedAt: 0,
    refusedRate: null,
    raisedAt: 0,
    raiseEveryMs: FIRST_RAISE_MS,
    pauseMs: FIRST_PAUSE_MS,
    turns: WEIGHTS.map(() => 0),
    holders: [],
    slices: [],
  };
}

export const spacingOf = (rate: number): number => 1_000 / (rate * USED_SHARE);

/** The configured ceiling wins: a budget that nobody refused follows it, a learned rate stays below. */
export function underCeiling(budget: CallBudget, ceiling: number): CallBudget {
  if (budget.ceiling === ceiling) return budget;
  const learned = budget.refusedRate !== null;
  return { ...budget, ceiling, rate: learned ? Math.min(budget.rate, ceiling) : ceiling };
}

export const pausedMs = ({ pausedUntil }: CallBudget, now: number): number => Math.max(0, pausedUntil - now);

/** A rate that nobody refused for so long is what the app has, not what is left of it. */
const CALM_MS = 600_000;

/** How much of its budget the platform leaves the app now, 0 to 1. */
export function remainingShareOf(budget: CallBudget, now: number): number {
  if (pausedMs(budget, now) > 0) return 0;
  return now - budget.refusedAt > CALM_MS ? 1 : budget.rate / budget.ceiling;
}
