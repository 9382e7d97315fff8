import { PlatformError, type Logger } from '@crossdock/kernel';
import type { HeardRefusals, LeasedCalls, RefusedCall } from './call-budget-lease.ts';
import { callQueue, PRIORITIES } from './call-budget-queue.ts';
import { refusalMemory } from './call-budget-refusals.ts';
import { slotLine } from './call-budget-slots.ts';

export interface CallBudgetDeps {
  lease(waiting: number[], refusals: RefusedCall[]): Promise<LeasedCalls>;
  log: Logger;
  /** Milliseconds that only grow. */
  now(): number;
}

/** A call that would wait longer is given back: its task waits without a slot. */
export const LONGEST_WAIT_MS = 10_000;
/** Between two questions: while the time ahead is dealt to others, and at least. */
const ASK_EVERY_MS = 100;
const ASK_AT_MOST_MS = 25;
/** Left of the slices in hand when the next are asked for, while calls wait and while none do. */
const ASK_AHEAD_MS = 250;
const REFILL_MS = 150;
const UNHEARD_MS = 250;
/** Left of a pause when slices for the time after it are asked for. */
const PAUSE_ENDS_MS = 400;
/** Without the registry: so little of what was allowed last that it fits beside all slices that others may still get. */
const SAFE_SHARE = 0.02;
const SAFE_SLICE_MS = 1_000;
/** Of the answers so recent, the one with the shortest way here tells how the registry's clock stands to ours. */
const OFFSETS_MS = 5_000;

/** Paces the calls of one app key within the slices that the registry leases to this process. */
export function callBudget({ lease, log, now }: CallBudgetDeps) {
  const line = slotLine();
  const queue = callQueue();
  const refusals = refusalMemory(now);
  let timer: NodeJS.Timeout | undefined;
  let asking = false;
  let askedAt = Number.NEGATIVE_INFINITY;
  let unanswered = false;
  /** The last answer held nothing: the time ahead is dealt. */
  let full = false;
  /** Slots were used since the last question. */
  let used = false;
  let offsets: { at: number; ms: number }[] = [];
  let rate: number | null = null;
  let waits = { at: 0, ms: PRIORITIES.map(() => 0) };

  function pump(): void {
    clearTimeout(timer);
    const at = now();
    let next = line.first(at);
    while (next !== null && next.at <= at && queue.size() > 0) {
      line.use(at);
      used = true;
      queue.release(next.priority);
      next = line.first(at);
    }
    const slotDue = next !== null && queue.size() > 0 ? next.at : Number.POSITIVE_INFINITY;
    const askDue = asking ? Number.POSITIVE_INFINITY : askAt(at);
    if (askDue <= at) return void ask();
    const due = Math.min(slotDue, askDue);
    if (due < Number.POSITIVE_INFINITY) timer = setTimeout(pump, Math.ceil(due - at));
  }

  /** When to ask next, never while nobody has use for it. */
  function askAt(at: number): number {
    if (unanswered) return queue.size() > 0 || refusals.hasUntold() ? askedAt + UNHEARD_MS : Number.POSITIVE_INFINITY;
    if (refusals.hasUntold()) return at;
    const soonest = askedAt + ASK_AT_MOST_MS;
    if (queue.uncovered(line, at).some((calls) => calls > 0)) {
      if (full) return Math.max(askedAt + ASK_EVERY_MS, refusals.pausedUntil() - PAUSE_ENDS_MS);
      return Math.max(soonest, line.end(at) - ASK_AHEAD_MS);
    }
    return used ? Math.max(soonest, line.end(at) - REFILL_MS) : Number.POSITIVE_INFINITY;
  }

  async function ask(): Promise<void> {
    // Slots go on while the answer is on its way.
    asking = true;
    askedAt = now();
    used = false;
    const round = refusals.round();
    const { refused, told } = refusals.telling();
    const waiting = queue.uncovered(line, askedAt);
    const answering = lease(waiting, refused);
    pump();
    try {
      const answer = await answering;
      told();
      answered(answer, waiting, round === refusals.round());
    } catch (err) {
      unheard(err);
    }
    asking = false;
    pump();
  }

  function answered(answer: LeasedCalls, waiting: number[], current: boolean): void {
    const at = now();
    offsets = [...offsets.filter((each) => at - each.at < OFFSETS_MS), { at, ms: at - answer.nowMs }];
    const offset = Math.min(...offsets.map(({ ms }) => ms));
    if (unanswered) line.clear(at);
    unanswered = false;
    hear(answer);
    full = answer.slices.length === 0;
    if (current) line.add(answer.slices.map((slice) => ({ ...slice, from: slice.from + offset })));
    waits = { at, ms: answer.waitMs };
    giveBack(answer, waiting, at);
  }

  function hear(heard: HeardRefusals): boolean {
    rate = heard.callsPerSecond;
    const isNew = refusals.heard(heard);
    if (isNew && heard.pausedMs > 0) line.clear(now());
    return isNew;
  }

  /** Those at the front are through sooner than one that joins now: only those behind them wait too long. */
  function giveBack({ pausedMs, waitMs }: LeasedCalls, waiting: number[], at: number): void {
    if (pausedMs > LONGEST_WAIT_MS) return cutAll(() => stillRefused(pausedMs));
    const { own } = line.left(at, PRIORITIES.length);
    waitMs.forEach((ms, priority) => {
      if (ms <= LONGEST_WAIT_MS) return;
      const soon = Math.floor((waiting[priority]! * LONGEST_WAIT_MS) / ms);
      queue.cut(priority, own[priority]! + soon, () => tooLong(ms));
    });
  }

  function cutAll(err: () => unknown): void {
    for (const priority of PRIORITIES.keys()) queue.cut(priority, 0, err);
  }

  /** Fails closed: a safe share of what was allowed last; nothing when that is not known. */
  function unheard(err: unknown): void {
    if (!unanswered) log.warn({ err }, 'no slice of the call budget: going on with a safe share');
    unanswered = true;
    if (rate === null) return cutAll(() => err);
    const at = now();
    if (line.end(at) > at) return;
    const spacing = 1_000 / (rate * SAFE_SHARE);
    const from = Math.max(at, refusals.pausedUntil(), (line.made().at(-1) ?? Number.NEGATIVE_INFINITY) + spacing);
    line.add([{ from, calls: Math.ceil(SAFE_SLICE_MS / spacing), spacing, priority: null }]);
  }

  return {
    /** Slots are asked for before somebody waits for them. */
    expect(): void {
      used = true;
      pump();
    },

    /** Resolves when the call may be made; a wait that is too long is RATE_LIMITED, with the time it would take. */
    async take(priority: number, signal?: AbortSignal): Promise<void> {
      if (refusals.pausedMs() > LONGEST_WAIT_MS) throw stillRefused(refusals.pausedMs());
      const wait = waits.ms[priority]! - (now() - waits.at);
      if (wait > LONGEST_WAIT_MS) throw tooLong(wait);
      const turn = queue.join(priority, signal);
      pump();
      return turn;
    },

    /** A call came to its end. */
    ended: (durationMs: number): void => line.ended(now(), durationMs),

    /** The platform refused a call for its rate: nobody calls before the hint is over. */
    refused(sentMsAgo: number, hintMs: number | undefined): void {
      refusals.met(sentMsAgo, hintMs, line.made());
      line.clear(now());
      if (refusals.pausedMs() > LONGEST_WAIT_MS) cutAll(() => stillRefused(refusals.pausedMs()));
      pump();
    },

    /** What the registry told of a refusal elsewhere. */
    heardRefusals(heard: HeardRefusals): void {
      if (hear(heard)) refusals.outdate();
      pump();
    },

    knownRefusals: refusals.count,
    /** How long nobody may call, in ms. */
    pausedMs: refusals.pausedMs,
    /** Calls a second that all processes together may make now; null until the registry said so. */
    rate: (): number | null => rate,
    stop: (): void => clearTimeout(timer),
  };
}

export type CallBudget = ReturnType<typeof callBudget>;

const tooLong = (retryAfterMs: number) =>
  new PlatformError('RATE_LIMITED', 'the call budget is used up', { code: 'CALL_BUDGET', retryAfterMs });

const stillRefused = (retryAfterMs: number) =>
  new PlatformError('RATE_LIMITED', 'the platform refuses calls for their rate', { retryAfterMs });
