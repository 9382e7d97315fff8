import type { CallGate, Position, RecordRef, RecordSource, Session, SourceRow } from '@crossdock/platforms';
import { isLapsed, type Lapsed } from '../domain/row.ts';
import type { SyncTask, Walk } from '../domain/sync-task.ts';
import type { RecordErrorStore } from '../store/record-errors.ts';
import type { RecordStore, ScannedRow } from '../store/records.ts';
import type { TaskPageStore } from '../store/task-pages.ts';
import type { HandledIds } from './handled-ids.ts';
import type { Met } from './settle-rows.ts';

/** A page as the platform told it, and where the task stands once it is settled. */
export interface Page {
  met: Met;
  /** Living rows the platform does not know: removed later, or held back. */
  missing: string[];
  walk: Walk;
  /** The platform's count, null when this page tells none. */
  total: number | null;
}

export interface NextPageDeps {
  source: RecordSource;
  records: RecordStore;
  pages: TaskPageStore;
  errors: RecordErrorStore;
  handled: HandledIds;
  lapsed: Lapsed[];
  /** A page with fewer rows takes another of the platform's. */
  pageRows: number;
}

/** A page that took so long to read is settled as it is: a slow platform must not hold back what it told. */
const READ_MS = 250;
/** Nor is one read on that took so much: what is read of large rows must fit the memory as well. */
const READ_BYTES = 2 * 1024 * 1024;
const SCAN_ROWS = 500;
const SCAN_CHUNKS = 40;
const IDS_AT_ONCE = 100;
const DONE: Walk = { phase: 'done' };
const NOTHING: Met = { rows: [], gone: [] };

/** All platform calls of the page that `walk` stands at. */
export function nextPage(deps: NextPageDeps, session: Session, task: SyncTask, walk: Walk): Promise<Page> {
  switch (walk.phase) {
    case 'list':
      return listPage(deps, session, task, walk.position);
    case 'scan':
      return scanPage(deps, session, task, walk.after);
    case 'remove':
      return removePage(deps, session, task, walk.after);
    case 'ids':
      return idsPage(deps, session, task, walk.after);
    case 'done':
      throw new Error('the walk is over');
  }
}

/** As many of the platform's pages as fit one of ours. A failure of a later one shows when its turn comes again. */
async function listPage(deps: NextPageDeps, session: Session, task: SyncTask, position: unknown): Promise<Page> {
  const { source, pageRows } = deps;
  const { call, bytes } = weighed(session.call);
  const read = (from: Position | null) => source.page({ ...session, call }, task.window!, from);
  const until = session.now().getTime() + READ_MS;
  const { rows, ...first } = await read(position as Position | null);
  let { next, total } = first;
  const isEnough = () => rows.length >= pageRows || bytes() >= READ_BYTES || session.now().getTime() >= until;
  while (next !== null && !isEnough()) {
    const more = await read(next).catch(() => null);
    if (more === null) break;
    rows.push(...more.rows);
    ({ next } = more);
    total = more.total ?? total;
  }
  const isLast = next === null && (task.kind !== 'full' || (await isWhole(deps, task, rows)));
  const after: Walk = isLast ? DONE : { phase: 'scan', after: null };
  return {
    met: { rows, gone: [] },
    missing: [],
    walk: next === null ? after : { phase: 'list', position: next },
    total,
  };
}

/** Calls through the gate, and how much was answered to them. */
function weighed(gate: CallGate): { call: CallGate; bytes(): number } {
  let bytes = 0;
  const call: CallGate = {
    take: gate.take,
    done(outcome) {
      if (outcome.ok) bytes += outcome.bytes;
      gate.done(outcome);
    },
  };
  return { call, bytes: () => bytes };
}

/** The rows the platform answers for these ids, and the ids it does not know. */
async function ask(
  { source, records, errors }: NextPageDeps,
  session: Session,
  { connectorId, wanted }: SyncTask,
  ids: string[],
): Promise<{ rows: SourceRow[]; unknown: string[] }> {
  const stored = await records.refs(connectorId, ids);
  // What never could be stored has left where it belongs with its error.
  const failed = wanted?.errorsOf ? await errors.refs(wanted.errorsOf, ids) : new Map<string, RecordRef>();
  const refs = ids.map((id) => stored.get(id) ?? failed.get(id) ?? { id, productId: null, orderId: null });
  const rows = refs.length === 0 ? [] : await source.byIds(session, refs);
  const answered = new Set(rows.map((row) => row.externalId));
  return { rows, unknown: ids.filter((id) => !answered.has(id)) };
}

/** Older than the platform's list reaches. */
function beyondReach({ source: { reachMs } }: NextPageDeps, task: SyncTask): (row: ScannedRow) => boolean {
  const horizon = reachMs === null ? null : task.start!.getTime() - reachMs;
  return ({ madeAt }) => horizon !== null && madeAt !== null && madeAt.getTime() < horizon;
}

/**
 * With the last rows of the list nothing is left that a scan would ask for, seen by one read: it need not be made.
 * Where a writer died before telling it must be.
 */
async function isWhole(deps: NextPageDeps, task: SyncTask, last: SourceRow[]): Promise<boolean> {
  const { records, handled, lapsed } = deps;
  if (lapsed.length > 0) return false;
  const ids = await records.idsAfter(task.connectorId, null, SCAN_ROWS);
  if (ids.length === SCAN_ROWS) return false;
  const met = await handled.among(ids);
  for (const { externalId } of last) met.add(externalId);
  const left = await records.scanned(
    task.connectorId,
    ids.filter((id) => !met.has(id)),
  );
  const isBeyond = beyondReach(deps, task);
  return left.every((row) => row.deleted || isBeyond(row));
}

/** Whoever met each of its rows in step and stores no row more has met them all. */
async function hasMetAll(
  { records, lapsed }: NextPageDeps,
  { connectorId, counters, gone }: SyncTask,
): Promise<boolean> {
  if (lapsed.length > 0 || counters.failed > 0 || gone > 0) return false;
  return (await records.countLive(connectorId)) === counters.synced;
}

/**
 * Live rows that stand in no page of the task, and every row whose writer died before telling it, are asked for by id.
 * Rows older than the platform's list reaches are left alone. At most 20,000 stored rows are read, and 500 asked for.
 */
async function scanPage(deps: NextPageDeps, session: Session, task: SyncTask, after: string | null): Promise<Page> {
  const { records, handled, lapsed } = deps;
  if (after === null && (await hasMetAll(deps, task))) return { met: NOTHING, missing: [], walk: DONE, total: null };
  const isBeyond = beyondReach(deps, task);
  let last = after;
  for (let chunk = 0; chunk < SCAN_CHUNKS; chunk++) {
    const ids = await records.idsAfter(task.connectorId, last, SCAN_ROWS);
    if (ids.length === 0)
      return { met: NOTHING, missing: [], walk: task.gone > 0 ? { phase: 'remove', after: 0 } : DONE, total: null };
    last = ids.at(-1)!;
    const met = await handled.among(ids);
    const stored = await records.scanned(task.connectorId, lapsed.length > 0 ? ids : ids.filter((id) => !met.has(id)));
    const asked = stored.filter(
      (row) => isLapsed(row.mark, lapsed) || !(row.deleted || met.has(row.externalId) || isBeyond(row)),
    );
    if (asked.length === 0) continue;
    const { rows, unknown } = await ask(
      deps,
      session,
      task,
      asked.map((row) => row.externalId),
    );
    const tombstones = new Set(asked.flatMap((row) => (row.deleted ? [row.externalId] : [])));
    return {
      met: { rows, gone: unknown.filter((id) => tombstones.has(id)) },
      missing: unknown.filter((id) => !tombstones.has(id)),
      walk: { phase: 'scan', after: last },
      total: null,
    };
  }
  return { met: NOTHING, missing: [], walk: { phase: 'scan', after: last }, total: null };
}

/** What the scan missed is asked for once more, and removed unless the platform knows it now. */
async function removePage(deps: NextPageDeps, session: Session, task: SyncTask, after: number): Promise<Page> {
  const found = await deps.pages.nextMissing(task.approves ?? task.id, after);
  if (found === null) return { met: NOTHING, missing: [], walk: DONE, total: null };
  const { rows, unknown } = await ask(deps, session, task, found.ids);
  return { met: { rows, gone: unknown }, missing: [], walk: { phase: 'remove', after: found.page }, total: null };
}

/** Single records: what the platform does not know is gone if it is stored and somebody asked for it by name, else it has failed. */
async function idsPage(deps: NextPageDeps, session: Session, task: SyncTask, after: string | null): Promise<Page> {
  const wanted = task.wanted!;
  const ids = await idsOf(deps, task, after);
  if (ids.length === 0) return { met: NOTHING, missing: [], walk: DONE, total: null };
  const { rows, unknown } = await ask(deps, session, task, ids);
  const stored = await deps.records.known(task.connectorId, unknown, false);
  const isGone = (id: string) => wanted.ids !== null && stored.has(id);
  const gone = unknown.filter(isGone);
  const lost = unknown.filter((id) => !isGone(id)).map(unknownRow);
  return {
    met: { rows: [...rows, ...lost], gone },
    missing: [],
    walk: { phase: 'ids', after: ids.at(-1)! },
    total: null,
  };
}

async function idsOf({ errors }: NextPageDeps, task: SyncTask, after: string | null): Promise<string[]> {
  const { ids, errorsOf } = task.wanted!;
  if (ids === null) return errors.idsAfter(errorsOf!, after, IDS_AT_ONCE, task.id);
  const sorted = ids.toSorted();
  return sorted.filter((id) => after === null || id > after).slice(0, IDS_AT_ONCE);
}

/** A record that the platform does not know counts as failed, with its reason. */
const unknownRow = (externalId: string): SourceRow => ({
  externalId,
  updatedAt: null,
  fields: {} as SourceRow['fields'],
  hash: '',
  problem: { code: 'unknown_record', field: 'external_id', message: '平台没有这条记录' },
});
