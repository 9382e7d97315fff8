import type { Event } from '@crossdock/contracts';
import { failpoint, inSpan, type Logger } from '@crossdock/kernel';
import type { PlatformAdapter } from '@crossdock/platforms';
import { completedEvent, type Totals } from '../app/task-events.ts';
import type { Review } from '../domain/brake.ts';
import { type Lapsed, toldAgain } from '../domain/row.ts';
import { countedOf, type SyncTask } from '../domain/sync-task.ts';
import { windowOf } from '../domain/window.ts';
import type { StreamStore } from '../store/streams.ts';
import type { Claimed, Hold } from '../store/task-claims.ts';
import { credentialOf, type AcquireCredential } from './credentials.ts';
import { holdOn } from './hold.ts';
import { makeReady } from './make-ready.ts';
import { pageRun, type Outcome, type PageRunDeps } from './page-run.ts';
import { changesEvents } from './settle-page.ts';
import { sourceOf } from './sources.ts';

export interface RunTaskDeps extends PageRunDeps {
  acquire: AcquireCredential;
  streams: StreamStore;
  totalsOf(connectorId: string): Promise<Totals>;
  adapterOf(platform: string): PlatformAdapter;
  log: Logger;
}

/** A task in hand, as its last write left it; what dead holders did not tell of it. */
interface Working {
  task(): SyncTask;
  hold: Hold;
  lapsed: Lapsed[];
}

const BREAKDOWN_MS = 1_000;

/** Works on a claimed task: fence, pages, end. Every write is filtered by the claim and the fence, so dying on any line is safe. */
export function runTask(deps: RunTaskDeps) {
  const { claims, streams, meter, clock, log } = deps;

  async function work(claimed: Claimed, leaving: AbortSignal): Promise<void> {
    await failpoint('sync.claimed');
    const now = clock();
    const { id, tenant, connectorId, stream, kind, since, platform, syncType } = claimed.task;
    const adapter = deps.adapterOf(platform);
    const source = sourceOf(adapter, syncType);
    const credential = credentialOf({ tenant, connectorId, taskId: id }, deps.acquire, clock);
    makeReady(deps.callsOf, adapter, claimed, credential);
    const { fence, lapsed, cursor } = await streams.fence(stream, claimed.lapsed && { ...claimed.lapsed, at: now });
    await failpoint('sync.stream-fenced');
    const window = windowOf(kind, { start: now, cursor, since, lagMs: source.lagMs });
    const fenced = await claims.fence(claimed, fence, { start: now, window });
    if (fenced === null) return;
    const { task, look } = fenced;
    await failpoint('sync.task-fenced');
    const held = holdOn(
      { id: task.id, claimId: claimed.claimId, fence, inPage: false },
      { claims, leaving, clock, log },
    );
    try {
      if (task.page > 0) await deps.pages.renew(task.id, now);
      if (task.approves !== null) await deps.pages.renew(task.approves, now);
      const run = pageRun(deps, adapter, task, held, lapsed, leaving, credential);
      await conclude({ task: run.task, hold: held.hold, lapsed }, await run.pages(look));
    } catch (err) {
      log.error({ err, taskId: task.id }, 'a task broke down and will be taken up again');
      const until = new Date(clock().getTime() + BREAKDOWN_MS * (task.breakdowns + 1));
      await claims.breakDown(held.hold, until).catch(() => false);
    } finally {
      held.release();
    }
  }

  async function conclude(working: Working, outcome: Outcome): Promise<void> {
    const { hold } = working;
    if (outcome.kind === 'lost') return;
    // Rows of a page that failed while we were leaving, or told to stop, may stand untold: who takes the task over doubts them.
    if (hold.inPage) return void (await claims.breakDown(hold, clock()));
    switch (outcome.kind) {
      case 'wait': {
        const notBefore = new Date(clock().getTime() + outcome.afterMs);
        const { tries } = working.task();
        const kept = await claims.wait(hold, { reason: outcome.reason, notBefore, tries });
        return kept ? undefined : obey(working);
      }
      case 'cancelled':
        return endCancelled(working, outcome.reason);
      case 'end':
        return end(working, outcome);
    }
  }

  async function end(working: Working, { status, reason, held }: Extract<Outcome, { kind: 'end' }>): Promise<void> {
    const { hold } = working;
    const task = working.task();
    // Before the totals are counted: of several syncs of one connector, the last to end must not tell older ones.
    const ending = { status, reason, completedAt: clock() };
    const [totals] = await Promise.all([
      deps.totalsOf(task.connectorId),
      status === 'completed' && completeStream(task, held !== undefined),
    ]);
    const review: Review | null = held === undefined ? null : { ...held, decision: 'open', at: ending.completedAt };
    const event = completedEvent(task, ending, totals);
    if (!(await claims.end(hold, { ...ending, review, total: countedOf(task) }, [event]))) return obey(working);
    await failpoint('sync.ended');
    meter.ended(task.syncType, status);
    log.info({ taskId: task.id, connectorId: task.connectorId, status, reason, ...task.counters }, 'sync ended');
    if (review === null) await deps.pages.drop(task.id);
    else await deps.pages.keepMissing(task.id);
    await failpoint('sync.pages-dropped');
    if (task.approves !== null && status === 'completed') await deps.pages.drop(task.approves);
  }

  async function completeStream(task: SyncTask, isHeld: boolean): Promise<void> {
    const movesCursor = task.kind === 'full' || task.kind === 'incremental';
    await streams.complete(task.stream, {
      cursor: movesCursor ? task.start : null,
      // What is held back was met, but maybe never told.
      settledBefore: task.kind === 'full' && !isHeld ? task.start : null,
    });
    await failpoint('sync.stream-completed');
  }

  /** A filtered write did not match: a mark stands, or the task is somebody else's. */
  async function obey(working: Working): Promise<void> {
    const state = await claims.look(working.hold);
    if (state?.mark) await endCancelled(working, state.mark.reason);
  }

  /** What a dead holder did not tell the next sync does, unless the connector is gone: then there is none. */
  async function lastWords(task: SyncTask, lapsed: Lapsed[], reason: string): Promise<Event[]> {
    if (reason !== 'connector_deleted') return [];
    const untold = await deps.recordsOf(task.syncType).untold(task.connectorId, lapsed);
    return changesEvents(task, task.page + 1, untold.map(toldAgain));
  }

  async function endCancelled(working: Working, reason: string): Promise<void> {
    const { hold, lapsed } = working;
    const task = working.task();
    const changes = await lastWords(task, lapsed, reason);
    const ending = { status: 'cancelled', reason, completedAt: clock() } as const;
    const event = completedEvent(task, ending, await deps.totalsOf(task.connectorId));
    const { completedAt } = ending;
    if (!(await claims.endCancelled(hold, { reason, completedAt, total: countedOf(task) }, [...changes, event])))
      return;
    await failpoint('sync.cancelled');
    meter.ended(task.syncType, ending.status);
    await deps.pages.drop(task.id);
  }

  return (claimed: Claimed, leaving: AbortSignal): Promise<void> => {
    const { id, traceparent, syncType, platform, connectorId } = claimed.task;
    return inSpan(
      {
        name: `sync ${syncType}`,
        kind: 'internal',
        parent: traceparent,
        attributes: {
          'crossdock.task_id': id,
          'crossdock.connector_id': connectorId,
          'crossdock.platform': platform,
        },
      },
      id,
      () => work(claimed, leaving),
    );
  };
}
