import { PlatformError, type Logger } from '@crossdock/kernel';
import { callQueue, PRIORITIES } from './call-budget-queue.ts';
import { slotLine, type Slice } from './call-budget-slots.ts';

/** A refusal as the registry learns from it. */
export interface RefusedCall {
  sentMsAgo: number;
  refusedMsAgo: number;
  retryAfterMs: number | undefined;
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
  waitMs: number[];
}

export interface CallBudgetDeps {
  /** Slices for the calls that wait (by priority), after telling of refusals. */
  lease(waiting: number[], refusals: RefusedCall[]): Promise<LeasedCalls>;
  log: Logger;
  /** Milliseconds that only grow. */
  now(): number;
}

/** A call that would wait longer is given back: its task waits without a slot. */
export const LONGEST_WAIT_MS = 10_000;
const ASK_EVERY_MS = 100;
const ASK_AT_MOST_MS = 10;
/** Left of the slices in hand when the next are asked for, while calls wait and while none do. */
const ASK_AHEAD_MS = 60;
const REFILL_MS = 120;
const UNHEARD_MS = 250;
/** Left of a pause when slices for the time after it are asked for. */
const PAUSE_ENDS_MS = 400;
/** Without the registry: so little of what was allowed last that it fits beside all slices that others may still get. */
const SAFE_SHARE = 0.02;
const SAFE_SLICE_MS = 1_000;
const SHORTEST_PAUSE_MS = 500;
const UNHINTED_PAUSE_MS = 1_000;
/** Of the answers so recent, the one with the shortest way here tells how the registry's clock stands to ours. */
const OFFSETS_MS = 5_000;
/** Calls remembered to tell what was made before a refusal. */
const REMEMBERED = 1_000;

/** Paces the calls of one app key within the slices that the registry leases to this process. */
export function callBudget({ lease, log, now }: CallBudgetDeps) {
  const line = slotLine();
  const queue = callQueue();
  let timer: NodeJS.Timeout | undefined;
  let asking = false;
  let askedAt = Number.NEGATIVE_INFINITY;
  let unanswered = false;
  /** The last answer held nothing: the time ahead is dealt. */
  let full = false;
  let used = false;
  let offsets: { at: number; ms: number }[] = [];
  let pausedUntil = 0;
  let rate: number | null = null;
  let refusals = 0;
  let untold: (Omit<RefusedCall, 'sentMsAgo' | 'refusedMsAgo'> & { sentAt: number; refusedAt: number })[] = [];
  let made: number[] = [];
  let waits = { at: 0, ms: PRIORITIES.map(() => 0) };
  /** Grows with every refusal known here: an answer asked for before is void. */
  let round = 0;

  const pausedMs = (): number => Math.max(0, pausedUntil - now());
  const tooLong = (ms: number) =>
    new PlatformError('RATE_LIMITED', 'the call budget is used up', { code: 'CALL_BUDGET', retryAfterMs: ms });
  const stillRefused = (ms: number) =>
    new PlatformError('RATE_LIMITED', 'the platform refuses calls for their rate', { retryAfterMs: ms });

  function cutAll(err: () => unknown): void {
    for (const priority of PRIORITIES.keys()) queue.cut(priority, 0, err);
  }

  function pump(): void {
    clearTimeout(timer);
    const at = now();
    let next = line.first(at);
    while (next !== null && next.at <= at && queue.size() > 0) {
      line.useFirst();
      used = true;
      made.push(at);
      if (made.length > REMEMBERED) made = made.slice(-REMEMBERED / 2);
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
    if (unanswered) return queue.size() > 0 || untold.length > 0 ? askedAt + UNHEARD_MS : Number.POSITIVE_INFINITY;
    if (untold.length > 0) return at;
    const end = line.end(at);
    if (queue.uncovered(line, at).some((calls) => calls > 0))
      return full ? askedAt + Math.max(ASK_EVERY_MS, pausedUntil - askedAt - PAUSE_ENDS_MS) : Math.max(askedAt + ASK_AT_MOST_MS, end - ASK_AHEAD_MS);
    return used ? Math.max(askedAt + ASK_AT_MOST_MS, end - REFILL_MS) : Number.POSITIVE_INFINITY;
  }

  async function ask(): Promise<void> {
    asking = true;
    askedAt = now();
    used = false;
    const begun = round;
    const telling = untold;
    const waiting = queue.uncovered(line, askedAt);
    try {
      const answer = await lease(
        waiting,
        telling.map(({ sentAt, refusedAt, ...each }) => ({
          ...each,
          sentMsAgo: askedAt - sentAt,
          refusedMsAgo: askedAt - refusedAt,
        })),
      );
      untold = untold.filter((each) => !telling.includes(each));
      heard(answer, waiting, begun === round);
    } catch (err) {
      unheard(err);
    }
    asking = false;
    pump();
  }

  function heard(answer: LeasedCalls, waiting: number[], current: boolean): void {
    const at = now();
    offsets = [...offsets.filter((each) => at - each.at < OFFSETS_MS), { at, ms: at - answer.nowMs }];
    const offset = Math.min(...offsets.map(({ ms }) => ms));
    if (unanswered) line.clear();
    unanswered = false;
    hearRefusals(answer);
    full = answer.slices.length === 0;
    if (current) line.add(answer.slices.map((slice) => ({ ...slice, from: slice.from + offset })));
    waits = { at, ms: answer.waitMs };
    answer.waitMs.forEach((ms, priority) => {
      if (ms <= LONGEST_WAIT_MS) return;
      // Those at the front are through sooner than one that joins now.
      const count = waiting[priority]!;
      const keep = answer.pausedMs > LONGEST_WAIT_MS ? 0 : Math.floor((count * LONGEST_WAIT_MS) / ms);
      queue.cut(priority, line.left(at, PRIORITIES.length).own[priority]! + keep, () =>
        answer.pausedMs > LONGEST_WAIT_MS ? stillRefused(answer.pausedMs) : tooLong(ms),
      );
    });
  }

  /** Another process was refused: what we hold of before is void. */
  function hearRefusals({ refusals: count, pausedMs: ms, callsPerSecond }: HeardRefusals): void {
    rate = callsPerSecond;
    if (count === refusals) return;
    if (count > refusals && ms > 0) line.clear();
    refusals = count;
    pausedUntil = Math.max(pausedUntil, now() + ms);
  }

  /** Fails closed: a safe share of what was allowed last; nothing when that is not known. */
  function unheard(err: unknown): void {
    if (!unanswered) log.warn({ err }, 'no slice of the call budget: going on with a safe share');
    unanswered = true;
    const at = now();
    if (rate === null) return cutAll(() => err);
    const spacing = 1_000 / (rate * SAFE_SHARE);
    const lastCall = made.at(-1) ?? Number.NEGATIVE_INFINITY;
    if (line.end(at) > at) return;
    const from = Math.max(at, pausedUntil, lastCall + spacing);
    line.add([{ from, calls: Math.ceil(SAFE_SLICE_MS / spacing), spacing, priority: null }]);
  }

  return {
    /** Resolves when the call may be made; a wait that is too long is RATE_LIMITED, with the time it would take. */
    async take(priority: number, signal?: AbortSignal): Promise<void> {
      if (pausedMs() > LONGEST_WAIT_MS) throw stillRefused(pausedMs());
      const wait = waits.ms[priority]! - (now() - waits.at);
      if (wait > LONGEST_WAIT_MS) throw tooLong(wait);
      const turn = queue.join(priority, signal);
      pump();
      return turn;
    },

    /** The platform refused a call for its rate: nobody calls before the hint is over. */
    refused(sentMsAgo: number, hintMs: number | undefined): void {
      const at = now();
      const sentAt = at - sentMsAgo;
      const before = made.filter((each) => each > sentAt - 1_000 && each < sentAt);
      untold.push({
        sentAt,
        refusedAt: at,
        retryAfterMs: hintMs,
        calls: before.length,
        withinMs: before.length === 0 ? 0 : sentAt - before[0]!,
      });
      round++;
      line.clear();
      pausedUntil = Math.max(pausedUntil, at + Math.max(SHORTEST_PAUSE_MS, hintMs ?? UNHINTED_PAUSE_MS));
      if (pausedMs() > LONGEST_WAIT_MS) cutAll(() => stillRefused(pausedMs()));
      pump();
    },

    /** What the registry told of a refusal elsewhere. */
    heardRefusals(heard: HeardRefusals): void {
      if (heard.refusals !== refusals) round++;
      hearRefusals(heard);
      pump();
    },

    knownRefusals: (): number => refusals,
    /** How long nobody may call, in ms. */
    pausedMs,
    /** Calls a second that all processes together may make now; null until the registry said so. */
    rate: (): number | null => rate,
    stop: (): void => clearTimeout(timer),
  };
}

export type CallBudget = ReturnType<typeof callBudget>;
