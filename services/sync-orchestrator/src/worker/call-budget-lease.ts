import type { Slice } from './call-budget-slots.ts';

export interface BudgetKey {
  platform: string;
  appKeyHash: string;
}

/** A refusal as the registry learns from it. */
export interface RefusedCall {
  sentMsAgo: number;
  refusedMsAgo: number;
  retryAfterMs: number | undefined;
  /** Calls of this process in the second before, and how long before it they began. */
  calls: number;
  withinMs: number;
}

/** What the registry tells of a budget, asked or not. */
export interface HeardRefusals {
  refusals: number;
  pausedMs: number;
  callsPerSecond: number;
}

/** The registry's answer; `nowMs` and slices by its clock. */
export interface LeasedCalls extends HeardRefusals {
  slices: Slice[];
  nowMs: number;
  /** How long a call that joins now would wait, by priority. */
  waitMs: number[];
}

/** The registry, which deals the calls of an app to all processes. */
export interface CallLeases {
  /** Slices for the calls that wait (by priority), after telling of refusals. */
  lease(budget: BudgetKey, waiting: number[], refusals: RefusedCall[]): Promise<LeasedCalls>;
  /** Answers at once when there was a refusal beyond the known ones, else after some seconds. */
  watch(budget: BudgetKey, knownRefusals: number): Promise<HeardRefusals>;
}
