import { isAppError, isPlatformError, sleep } from '@crossdock/kernel';
import type { PlatformAdapter, Session } from '@crossdock/platforms';
import type { Ending } from '../app/task-events.ts';
import { isHeld } from '../domain/brake.ts';
import { reactTo, type Reaction } from '../domain/failure.ts';
import type { Lapsed } from '../domain/row.ts';
import { MAX_BREAKDOWNS, MAX_OUTBOX, type SyncTask } from '../domain/sync-task.ts';
import type { RecordStore } from '../store/records.ts';
import type { Look } from '../store/task-claims.ts';
import type { AppCalls } from './call-budgets.ts';
import { callGate, type CallGateDeps } from './call-gate.ts';
import type { Credential } from './credentials.ts';
import { handledIds } from './handled-ids.ts';
import type { Held } from './hold.ts';
import { nextPage, type NextPageDeps, type Page } from './next-page.ts';
import { settlePage, type Holding, type SettleDeps } from './settle-page.ts';
import { sourceOf } from './sources.ts';

export interface PageRunDeps extends Omit<SettleDeps, 'records'>, CallGateDeps {
  recordsOf(syncType: string): RecordStore;
  callsOf(platform: string, appKey: string): AppCalls;
  /** A page with fewer rows takes another of the platform's. */
  pageRows: number;
}

/** How a run of pages came to its end: the task is to be ended, waits, was ended elsewhere, or is no longer ours. */
export type Outcome =
  | { kind: 'end'; status: Ending['status']; reason: string | null; held?: { gone: number; living: number } }
  | { kind: 'cancelled'; reason: string }
  | { kind: 'wait'; reason: string | null; afterMs: number }
  | { kind: 'lost' };

const LOST: Outcome = { kind: 'lost' };
const OUTBOX_PAUSE_MS = 100;
const AWAY_MS = 5_000;
/** Resuming wakes; this is for the case that nobody told. */
const PAUSED_MS = 300_000;

/** The pages of one holder, one read ahead of the one being written. */
export function pageRun(
  deps: PageRunDeps,
  adapter: PlatformAdapter,
  first: SyncTask,
  held: Held,
  lapsed: Lapsed[],
  leaving: AbortSignal,
  credential: Credential,
) {
  const { claims, clock, callsOf } = deps;
  const records = deps.recordsOf(first.syncType);
  const settling: SettleDeps = { ...deps, records };
  const holding: Holding = { hold: held.hold, lapsed, handled: handledIds(deps.pages, first), isFirst: false };
  const reading: NextPageDeps = {
    source: sourceOf(adapter, first.syncType),
    records,
    pages: deps.pages,
    errors: deps.errors,
    handled: holding.handled,
    lapsed,
    pageRows: deps.pageRows,
  };
  let task = first;
  let refused: number | undefined;
  let refreshed = false;
  let ahead: Promise<Page> | undefined;
  /** The task as the last write on it saw it; to be looked at again where something came in between. */
  let seen: Look | undefined;

  async function session(): Promise<Session | Outcome> {
    const { state, accessToken, version, config } = await credential(refused);
    refused = undefined;
    if (state === 'deleted') return { kind: 'cancelled', reason: 'connector_deleted' };
    if (state === 'paused') return { kind: 'wait', reason: 'paused', afterMs: PAUSED_MS };
    if (state !== 'ok') return { kind: 'end', status: 'failed', reason: 'needs_authorization' };
    const calls = callsOf(task.platform, adapter.appKeyOf(config));
    const call = callGate(deps, task, calls, version, () => (refused = version));
    return { config, accessToken, now: clock, signal: held.signal, call, readsAll: holding.isFirst };
  }

  /** Reads the page after this one while this one is written; its failure shows when its turn comes. */
  function readAhead(from: Session, page: Page): void {
    if (page.walk.phase !== 'list') return;
    ahead = nextPage(reading, from, task, page.walk);
    ahead.catch(() => undefined);
  }

  async function onePage(): Promise<Outcome | null> {
    const from = await session();
    if ('kind' in from) return from;
    const coming = ahead ?? nextPage(reading, from, task, task.walk);
    ahead = undefined;
    const page = await coming;
    readAhead(from, page);
    const settled = await settlePage(settling, task, holding, page).catch((err: unknown) => {
      // This page comes again, before the one after it.
      ahead = undefined;
      throw err;
    });
    if (settled === null) return LOST;
    refreshed = false;
    ({ task, look: seen } = settled);
    return null;
  }

  function reactionTo(err: unknown): Reaction {
    if (isPlatformError(err))
      return reactTo(
        { failure: err.failure, code: err.code, retryAfterMs: err.retryAfterMs, tries: task.tries + 1, refreshed },
        Math.random(),
      );
    if (isAppError(err) && err.kind === 'unavailable')
      return { kind: 'wait', reason: 'service_unavailable', afterMs: err.retryAfterMs ?? AWAY_MS };
    throw err;
  }

  async function afterFailure(err: unknown): Promise<Outcome | null> {
    if (held.signal.aborted) return null;
    const reaction = reactionTo(err);
    if (reaction.kind === 'fail') return { kind: 'end', status: 'failed', reason: reaction.reason };
    if (reaction.kind === 'wait') return reaction;
    if (reaction.kind !== 'pace') task = { ...task, tries: task.tries + 1 };
    if (reaction.kind === 'retry') await sleep(reaction.afterMs, held.signal);
    if (reaction.kind === 'refresh') refreshed = true;
    return null;
  }

  /** What must be known before each page; an outcome ends the run. */
  function beforePage(state: Look | null): Outcome | 'go' | 'pause' {
    if (state === null) return LOST;
    if (state.mark !== null) return { kind: 'cancelled', reason: state.mark.reason };
    if (leaving.aborted) return { kind: 'wait', reason: null, afterMs: 0 };
    // The lease could not be renewed in time: whoever claims next goes on.
    if (held.signal.aborted) return LOST;
    if (state.outboxSize > MAX_OUTBOX) return 'pause';
    return 'go';
  }

  /** Between the scan and the first removal: too many deletions are not believed without a person. */
  async function heldBack(): Promise<{ gone: number; living: number } | null> {
    if (task.walk.phase !== 'remove' || task.walk.after > 0 || task.approves !== null) return null;
    const living = await records.countLive(task.connectorId);
    return isHeld(task.gone, living) ? { gone: task.gone, living } : null;
  }

  return {
    task: () => task,
    /** From what was seen of the task when it was fenced. */
    async pages(fenced: Look): Promise<Outcome> {
      if (task.breakdowns >= MAX_BREAKDOWNS) return { kind: 'end', status: 'failed', reason: 'internal_error' };
      holding.isFirst = lapsed.length === 0 && (await records.isEmpty(task.connectorId));
      seen = fenced;
      while (task.walk.phase !== 'done') {
        const state = beforePage(seen ?? (await claims.look(held.hold)));
        seen = undefined;
        if (state === 'pause') {
          await sleep(OUTBOX_PAUSE_MS, held.signal);
          continue;
        }
        if (state !== 'go') return state;
        const back = await heldBack();
        if (back !== null) return { kind: 'end', status: 'completed', reason: 'needs_review', held: back };
        const outcome = await onePage().catch(afterFailure);
        if (outcome !== null) return outcome;
      }
      return { kind: 'end', status: 'completed', reason: null };
    },
  };
}
