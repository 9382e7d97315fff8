import {
  HOLDER_MS,
  HORIZON_MS,
  spacingOf,
  WEIGHTS,
  type CallBudget,
  type HeldSlice,
  type Holder,
  type Slice,
} from './call-budget.ts';
import { raised } from './call-budget-learning.ts';

/** As far as a process that uses its slices may have some for calls still to come. */
const AHEAD_MS = 300;

export interface Ask {
  holder: string;
  /** By priority. */
  waiting: number[];
  /** Calls still to come will find use for slices that nobody waits for. */
  ahead: boolean;
}

/**
 * Hands out the time ahead: no two slices share a moment, so however many processes call, all together keep the rate.
 * Every process that waits is dealt to, whoever asks; its slices are kept until it asks again.
 */
export function lease(before: CallBudget, ask: Ask, now: number): { budget: CallBudget; slices: Slice[] } {
  const budget = present(raised(before, now), now);
  const kept = budget.slices.filter(({ holder }) => holder === ask.holder);
  const others = budget.slices.filter(({ holder }) => holder !== ask.holder);
  const holders = withAsker(budget.holders, ask, kept, now);

  const dealt = deal({ ...budget, holders }, now);
  const ahead = ask.ahead ? surplus(dealt.budget, ask.holder, now) : null;
  const mine = dealt.slices.filter(({ holder }) => holder === ask.holder);
  return {
    budget: {
      ...dealt.budget,
      frontier: ahead === null ? dealt.budget.frontier : endOf(ahead),
      slices: [...others, ...dealt.slices.filter(({ holder }) => holder !== ask.holder)],
    },
    slices: [...kept, ...mine, ...(ahead === null ? [] : [ahead])].map(({ from, calls, spacing, priority }) => ({
      from,
      calls,
      spacing,
      priority,
    })),
  };
}

/** How long a call that joins now would wait, by priority. */
export function waitsOf({ rate, frontier, holders }: CallBudget, now: number): number[] {
  const lines = WEIGHTS.map((_, priority) => sum(holders.map(({ waiting }) => waiting[priority] ?? 0)));
  return WEIGHTS.map((weight, priority) => {
    const beside = sum(WEIGHTS.filter((_, other) => other === priority || lines[other]! > 0));
    const share = weight / beside;
    const line = lines[priority]!;
    // No longer than until everything that waits is through.
    const calls = Math.min(line / share, sum(lines));
    return Math.max(0, frontier - now) + calls * spacingOf(rate);
  });
}

const sum = (numbers: number[]): number => numbers.reduce((total, each) => total + each, 0);
const endOf = ({ from, calls, spacing }: Slice): number => from + calls * spacing;

/** Without what is over: processes that fell silent, slices that lapsed, time that passed. */
function present(budget: CallBudget, now: number): CallBudget {
  const start = Math.max(now, budget.pausedUntil);
  return {
    ...budget,
    holders: budget.holders.filter(({ seenAt }) => now - seenAt < HOLDER_MS),
    slices: budget.slices.filter((slice) => endOf(slice) > now),
    // A rate that rose leaves no far frontier behind.
    frontier: Math.min(Math.max(start, budget.frontier), start + 2 * HORIZON_MS + spacingOf(budget.rate)),
  };
}

/** Who asks is there, and what it is about to get is no longer waited for. */
function withAsker(holders: Holder[], { holder: id, waiting }: Ask, kept: HeldSlice[], now: number): Holder[] {
  const others = holders.filter((each) => each.id !== id);
  const known = holders.find((each) => each.id === id);
  const turn = known?.turn ?? Math.min(...others.map((each) => each.turn), Number.MAX_VALUE);
  const left = WEIGHTS.map((_, priority) => {
    const coming = sum(kept.filter((slice) => slice.priority === priority).map(({ calls }) => calls));
    return Math.max(0, (waiting[priority] ?? 0) - coming);
  });
  return [...others, { id, seenAt: now, waiting: left, turn: turn === Number.MAX_VALUE ? 0 : turn }];
}

/** Calls within the horizon to those that wait: priorities by weight, processes of one priority in turn. */
function deal(budget: CallBudget, now: number): { budget: CallBudget; slices: HeldSlice[] } {
  const spacing = spacingOf(budget.rate);
  const holders = budget.holders.map((each) => ({ ...each, waiting: [...each.waiting] }));
  const turns = levelled(budget.turns, holders);
  const counts = new Map<string, number>();
  let free = Math.max(0, Math.ceil((now + HORIZON_MS - budget.frontier) / spacing));

  for (; free > 0; free--) {
    const priority = least(turns, (each) => holders.some(({ waiting }) => waiting[each]! > 0));
    if (priority === null) break;
    const waiting = holders.filter((each) => each.waiting[priority]! > 0);
    const next = waiting.reduce((first, each) => (each.turn < first.turn ? each : first));
    next.waiting[priority]! -= 1;
    next.turn += 1;
    turns[priority]! += 1 / WEIGHTS[priority]!;
    const key = `${priority} ${next.id}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }

  let { frontier } = budget;
  const slices: HeldSlice[] = [];
  WEIGHTS.forEach((_, priority) => {
    for (const { id } of holders) {
      const calls = counts.get(`${priority} ${id}`) ?? 0;
      if (calls === 0) continue;
      slices.push({ holder: id, from: frontier, calls, spacing, priority });
      frontier += calls * spacing;
    }
  });
  return { budget: { ...budget, frontier, holders, turns }, slices };
}

/** Nobody saves up turns while nothing of it waits, and the numbers stay small. */
function levelled(turns: number[], holders: Holder[]): number[] {
  const active = turns.filter((_, priority) => holders.some(({ waiting }) => waiting[priority]! > 0));
  const base = active.length === 0 ? Math.min(...turns) : Math.min(...active);
  return turns.map((turn) => Math.max(0, turn - base));
}

function least(turns: number[], eligible: (priority: number) => boolean): number | null {
  let best: number | null = null;
  turns.forEach((turn, priority) => {
    if (eligible(priority) && (best === null || turn < turns[best]!)) best = priority;
  });
  return best;
}

/** When nobody is left waiting, the next moments are the asker's, as far as it shares them with nobody. */
function surplus({ rate, frontier, holders }: CallBudget, holder: string, now: number): HeldSlice | null {
  if (holders.some(({ waiting }) => waiting.some((calls) => calls > 0))) return null;
  const spacing = spacingOf(rate);
  const calls = Math.floor((now + AHEAD_MS - frontier) / spacing / Math.max(1, holders.length));
  return calls > 0 ? { holder, from: frontier, calls, spacing, priority: null } : null;
}
