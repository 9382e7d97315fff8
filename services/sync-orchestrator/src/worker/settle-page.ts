import { recordsChanged, written, type Event } from '@crossdock/contracts';
import { failpoint, piecesOf, type Clock } from '@crossdock/kernel';
import { SOURCE } from '../app/task-events.ts';
import { SCOPES } from '../domain/kind.ts';
import type { Change, Decision, Lapsed } from '../domain/row.ts';
import type { Counters, SyncTask } from '../domain/sync-task.ts';
import type { RecordErrorStore } from '../store/record-errors.ts';
import { refOf } from '../store/record-rows.ts';
import type { RecordStore } from '../store/records.ts';
import type { Hold, Look, TaskClaimStore } from '../store/task-claims.ts';
import type { TaskPageStore } from '../store/task-pages.ts';
import type { HandledIds } from './handled-ids.ts';
import type { Page } from './next-page.ts';
import { type Known, knowRows, settleRows } from './settle-rows.ts';

export interface SettleDeps {
  claims: TaskClaimStore;
  records: RecordStore;
  pages: TaskPageStore;
  errors: RecordErrorStore;
  clock: Clock;
}

/** A task in hand: what its writes are filtered by, whose writes may still arrive, which ids it met. */
export interface Holding {
  hold: Hold;
  lapsed: Lapsed[];
  handled: HandledIds;
  /** Nothing was stored of the connector when this holder began. */
  isFirst: boolean;
}

/** Each record counts once, on the first page that met it, and as it was met last: `failed` is how many fail by now. */
function count(
  { kind, counters }: SyncTask,
  known: Known,
  decisions: Map<string, Decision>,
  handled: Set<string>,
  failed: number,
): Counters {
  const isNew = (id: string) => !handled.has(id);
  const rows = [...known.rows.keys()].filter(isNew);
  // Where rows are asked for by name, those that are gone are in step now.
  const gone = SCOPES[kind] === undefined ? [] : known.gone.filter(isNew);
  const skipped = rows.filter((id) => !known.problems.has(id) && decisions.get(id)?.kind === 'skip');
  const synced = counters.synced + counters.failed + rows.length + gone.length - failed;
  return { synced, failed, skipped: Math.min(counters.skipped + skipped.length, synced) };
}

const inStep = ({ rows, gone, problems }: Known): string[] => [
  ...[...rows.keys()].filter((id) => !problems.has(id)),
  ...gone,
];

const CHANGES_PER_EVENT = 500;

export function changesEvents(task: SyncTask, page: number, changes: Change[]): Event[] {
  const { tenant, connectorId, platform, syncType, id } = task;
  const told = { connector_id: connectorId, platform, entity: syncType, task_id: id, page };
  return piecesOf(changes, CHANGES_PER_EVENT).map((piece) =>
    written(recordsChanged.create({ tenantId: tenant, source: SOURCE, data: { ...told, changes: piece } })),
  );
}

/** When one fails, not before the others came to their end: nothing of this page may land after the next one begins. */
async function allDone<T extends unknown[]>(...running: { [K in keyof T]: Promise<T[K]> }): Promise<T> {
  await Promise.allSettled(running);
  return Promise.all(running) as Promise<T>;
}

/** Rows and the page's ids, then one checkpoint on the task that tells of both. The task after it, or null when it is lost. */
export async function settlePage(
  { claims, records, pages, errors, clock }: SettleDeps,
  task: SyncTask,
  { hold, lapsed, handled, isFirst }: Holding,
  page: Page,
): Promise<{ task: SyncTask; look: Look } | null> {
  const number = task.page + 1;
  const { tenant, connectorId } = task;
  const now = clock();
  const known = await knowRows(records, connectorId, page.met, { marks: lapsed.length > 0, isFirst });
  const ids = [...new Set([...known.rows.keys(), ...known.gone])];
  const met = await handled.among(ids);
  const settleMet = async () => {
    const writer = { tenant, connectorId, fence: hold.fence, page: number, now };
    const decided = await settleRows(records, known, lapsed, writer);
    await failpoint('sync.rows-settled');
    return decided;
  };
  const by = { task: task.id, fence: hold.fence };
  /** How many records of the task fail by now. */
  const settleErrors = async () => {
    const problems = [...known.problems].map(([externalId, problem]) => {
      const { fields } = known.rows.get(externalId)!;
      return { externalId, ...problem, ref: refOf(externalId, fields) };
    });
    await errors.write({ tenant, connectorId, task: task.id }, problems, { fence: hold.fence, page: number }, now);
    await failpoint('sync.rows-written');
    if (problems.length === 0 && task.counters.failed === 0) return 0;
    const again = inStep(known).filter((id) => met.has(id));
    await errors.resolve(task.id, again, by);
    return errors.countOpen(task.id, task.dead);
  };
  const storeIds = async () => {
    const isStored = await pages.write(task.id, number, hold.fence, { ids, missing: page.missing }, now);
    await failpoint('sync.page-stored');
    return isStored;
  };
  hold.inPage = true;
  // Nobody goes by any of them before the checkpoint.
  const [decisions, isStored, failed] = await allDone(settleMet(), storeIds(), settleErrors());
  if (decisions === null || !isStored) return null;

  // What was tried again and is in step now is no error of the task any more that met it first.
  if (task.wanted?.errorsOf) await errors.resolve(task.wanted.errorsOf, inStep(known), by);
  const changes = [...decisions.values()].flatMap((decision) => (decision.kind === 'skip' ? [] : [decision.change]));
  const at = {
    page: number,
    walk: page.walk,
    counters: count(task, known, decisions, met, failed),
    total: page.total === null ? task.total : Math.max(page.total, task.total ?? 0),
    gone: task.gone + page.missing.length,
    // Who gets on is neither refused nor broken, however often something was on a long way.
    tries: 0,
    breakdowns: 0,
  };
  const look = await claims.checkpoint(hold, at, changesEvents(task, number, changes));
  if (look === null) return null;
  hold.inPage = false;
  await failpoint('sync.checkpointed');
  handled.add(ids);
  return { task: { ...task, ...at }, look };
}
