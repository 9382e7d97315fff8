import type { RecordSource, Session } from '@crossdock/platforms';
import { isLapsed } from '../domain/row.ts';
import type { SyncTask, Walk } from '../domain/sync-task.ts';
import type { Lapsed } from '../domain/row.ts';
import type { RecordStore } from '../store/records.ts';
import type { HandledIds } from './handled-ids.ts';
import type { Met } from './settle-rows.ts';

/** A page as the platform told it, and where the task stands once it is settled. */
export interface Page {
  met: Met;
  walk: Walk;
  /** The platform's count, null when this page tells none. */
  total: number | null;
}

const SCAN_ROWS = 500;
const SCAN_CHUNKS = 40;

/** All platform calls of a list page. */
export async function listPage(
  source: RecordSource,
  session: Session,
  task: SyncTask,
  position: unknown,
): Promise<Page> {
  const { rows, next, total } = await source.page(session, task.window!, position as never);
  const after: Walk = task.kind === 'full' ? { phase: 'scan', after: null } : { phase: 'done' };
  return { met: { rows, gone: [] }, walk: next === null ? after : { phase: 'list', position: next }, total };
}

export interface ScanDeps {
  records: RecordStore;
  handled: HandledIds;
}

/**
 * All platform calls of a scan page: live rows that stand in no page of the task, and every row whose writer died
 * before telling it, are asked for by id. At most 20,000 stored rows are read, and 500 asked for.
 */
export async function scanPage(
  { records, handled }: ScanDeps,
  source: RecordSource,
  session: Session,
  task: SyncTask,
  lapsed: Lapsed[],
  after: string | null,
): Promise<Page> {
  let last = after;
  for (let chunk = 0; chunk < SCAN_CHUNKS; chunk++) {
    const stored = await records.scan(task.connectorId, last, SCAN_ROWS);
    if (stored.length === 0) return { met: { rows: [], gone: [] }, walk: { phase: 'done' }, total: null };
    last = stored.at(-1)!.externalId;
    const met = await handled.among(
      stored.map((row) => row.externalId),
      task.page + 1,
    );
    const asked = stored.filter((row) => isLapsed(row.mark, lapsed) || (!row.deleted && !met.has(row.externalId)));
    if (asked.length === 0) continue;
    const ids = asked.map((row) => row.externalId);
    const rows = await source.byIds(session, ids);
    const answered = new Set(rows.map((row) => row.externalId));
    return {
      met: { rows, gone: ids.filter((id) => !answered.has(id)) },
      walk: { phase: 'scan', after: last },
      total: null,
    };
  }
  return { met: { rows: [], gone: [] }, walk: { phase: 'scan', after: last }, total: null };
}
