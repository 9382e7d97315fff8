import { newId, PlatformError, sha256Hex, sleep, type Logger } from '@crossdock/kernel';
import type { CallGate, Platforms } from '@crossdock/platforms';
import type { Registry } from 'prom-client';
import {
  pausedMs,
  remainingShareOf,
  underCeiling,
  type CallBudget,
  type CallBudgetKey,
  type Slice,
} from '../domain/call-budget.ts';
import { lease, waitsOf, type Ask } from '../domain/call-budget-deal.ts';
import { refused, type Refusal } from '../domain/call-budget-learning.ts';
import type { CallRates } from '../domain/call-rates.ts';
import { callBudgetId, type CallBudgetStore } from '../store/call-budgets.ts';
import { callBudgetMeter } from './call-budget-metrics.ts';
import type { RefusalBell } from './refusal-bell.ts';

export interface CallBudgetDeps {
  budgets: CallBudgetStore;
  bell: RefusalBell;
  platforms: Platforms;
  rates: CallRates;
  metrics: Registry;
  log: Logger;
}

export interface Leased {
  slices: Slice[];
  now: number;
  callsPerSecond: number;
  pausedMs: number;
  refusals: number;
  waitMs: number[];
}

/** What somebody who watches hears. */
export interface Paused {
  refusals: number;
  pausedMs: number;
  callsPerSecond: number;
}

/** A call of our own that would wait longer is given up. */
const LONGEST_WAIT_MS = 10_000;
/** What waits without a slice is asked for again. */
const POLL_MS = 100;

/** The one place that hands out calls of an app: a document per budget, decided by pure functions, written by compare and set. */
export function callBudgets({ budgets, bell, platforms, rates, metrics, log }: CallBudgetDeps) {
  const writing = new Map<string, Promise<unknown>>();
  const meter = callBudgetMeter(metrics, budgets);
  const self = `registry ${newId()}`;
  const keyOf = (platform: string, appKey: string): CallBudgetKey =>
    shared({ platform, appKeyHash: sha256Hex(appKey), callClass: 'read' });

  /** The budget of the whole gateway. */
  function shared(key: CallBudgetKey): CallBudgetKey {
    return { ...key, platform: platforms.get(key.platform)?.gateway ?? key.platform };
  }

  /** The least that is configured for any platform behind the gateway. */
  function ceilingOf(gateway: string): number {
    const behind = platforms.list().filter((adapter) => adapter.gateway === gateway);
    return Math.min(rates(gateway), ...behind.map(({ platform }) => rates(platform)));
  }

  /** One write of a budget at a time in this process; other processes are met by the version. */
  function change<T>(
    key: CallBudgetKey,
    decide: (budget: CallBudget, now: number) => { budget: CallBudget; result: T },
  ) {
    const id = callBudgetId(key);
    const ceiling = ceilingOf(key.platform);
    const attempt = async (): Promise<T> => {
      for (;;) {
        const { budget, version, now } = await budgets.read(key, ceiling);
        const decided = decide(underCeiling(budget, ceiling), now);
        if (await budgets.write(key, version, decided.budget)) return decided.result;
      }
    };
    const turn = (writing.get(id) ?? Promise.resolve()).then(attempt, attempt);
    writing.set(id, turn);
    const clear = () => void (writing.get(id) === turn && writing.delete(id));
    turn.then(clear, clear);
    return turn;
  }

  /** Refusals first: what they take away is not handed out again. */
  async function leaseCalls(key: CallBudgetKey, ask: Ask, refusals: Refusal[]): Promise<Leased> {
    const leased = await change(key, (before, now) => {
      const told = refusals.reduce((budget, refusal) => refused(budget, refusal, now), before);
      const { budget, slices } = lease(told, ask, now);
      const { rate, refusals: count } = budget;
      const paused = pausedMs(budget, now);
      const result = {
        slices,
        now,
        callsPerSecond: rate,
        pausedMs: paused,
        refusals: count,
        waitMs: waitsOf(budget, now),
      };
      return { budget, result };
    });
    meter.leased(key.platform, leased.slices);
    if (refusals.length > 0) {
      const { callsPerSecond, pausedMs: ms } = leased;
      meter.refused(key.platform, refusals.length);
      log.warn({ platform: key.platform, callsPerSecond, pausedMs: ms }, 'the platform refused a call for its rate');
      bell.ring(callBudgetId(key));
    }
    return leased;
  }

  async function pausedNow(key: CallBudgetKey): Promise<Paused> {
    const { budget, now } = await budgets.read(key, ceilingOf(key.platform));
    return { refusals: budget.refusals, pausedMs: pausedMs(budget, now), callsPerSecond: budget.rate };
  }

  /** Answers when there was a refusal beyond the known ones, or after a while. */
  async function watchRefusals(key: CallBudgetKey, known: number, signal: AbortSignal): Promise<Paused> {
    const heard = bell.wait(callBudgetId(key), known, signal);
    const paused = await pausedNow(key);
    if (paused.refusals !== known) return paused;
    await heard;
    return pausedNow(key);
  }

  /** Waits for a call of our own: with the urgency of orders, since it is one, and somebody waits for its answer. */
  async function takeCall(platform: string, appKey: string, signal?: AbortSignal): Promise<void> {
    const key = keyOf(platform, appKey);
    const holder = `${self} ${newId()}`;
    for (;;) {
      const { slices, now, waitMs } = await leaseCalls(key, { holder, waiting: [1], ahead: false }, []);
      const from = slices[0]?.from;
      const wait = from === undefined ? waitMs[0]! : from - now;
      if (wait > LONGEST_WAIT_MS)
        throw new PlatformError('RATE_LIMITED', 'the call budget is used up', {
          code: 'CALL_BUDGET',
          retryAfterMs: wait,
        });
      await sleep(from === undefined ? Math.min(wait, POLL_MS) : Math.max(0, wait), signal);
      signal?.throwIfAborted();
      if (from !== undefined) return;
    }
  }

  return {
    leaseCalls: (key: CallBudgetKey, ask: Ask, refusals: Refusal[]) => leaseCalls(shared(key), ask, refusals),
    watchRefusals: (key: CallBudgetKey, known: number, signal: AbortSignal) =>
      watchRefusals(shared(key), known, signal),
    takeCall,

    /** For calls that an adapter makes for us: paced like everybody's, and a refusal is heard by everybody. */
    gate: (platform: string, appKey: string): CallGate => ({
      take: (signal) => takeCall(platform, appKey, signal),
      done(outcome) {
        if (outcome.ok || outcome.failure !== 'RATE_LIMITED') return;
        const refusal: Refusal = {
          sentMsAgo: outcome.durationMs,
          refusedMsAgo: 0,
          hintMs: outcome.retryAfterMs ?? null,
          calls: 0,
          withinMs: 0,
        };
        leaseCalls(keyOf(platform, appKey), { holder: self, waiting: [], ahead: false }, [refusal]).catch(
          (err: unknown) => log.warn({ err, platform }, 'a refusal was not noted'),
        );
      },
    }),

    /** How much of its ceiling the platform lets the app use now, 0 to 1; 1 while nobody called yet. */
    async remainingShare(platform: string, appKey: string): Promise<number> {
      const read = await budgets.find(keyOf(platform, appKey));
      return read === null ? 1 : remainingShareOf(underCeiling(read.budget, ceilingOf(read.budget.platform)), read.now);
    },
  };
}

export type CallBudgets = ReturnType<typeof callBudgets>;
