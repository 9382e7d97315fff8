import type { StoredRow, Told } from '../failpoints/facts.ts';
import type { TaskRow } from '../failpoints/subject.ts';
import type { PageWrite } from './page-writes.ts';

/** All that is known of one sync of a shop that nobody synced before. */
export interface SyncFacts {
  task: TaskRow | undefined;
  rows: StoredRow[];
  /** What the platform has. */
  source: { id: string; updated_at: string }[];
  completed: Told[];
  changed: Told[];
  pageWrites: PageWrite[];
  /** Of the shop's stream: it grows with everybody who took the task. */
  fence: number;
}

export interface SyncVerdict {
  lost: string[];
  twice: string[];
  /** Pages written once more by a successor, and how often there was one. */
  repeated: number;
  takeovers: number;
}

const NOTHING = { synced: 0, failed: 0, skipped: 0 };

interface Change {
  external_id: string;
  op: string;
  version: number;
}

export function verdictOn({ task, rows, source, completed, changed, pageWrites, fence }: SyncFacts): SyncVerdict {
  const lost: string[] = [];
  const twice: string[] = [];
  const { repeated, most } = repeatsIn(pageWrites);
  if (task?.status !== 'completed') lost.push(`the task is ${task?.status ?? 'gone'}`);
  const { synced, failed, skipped } = task?.counters ?? NOTHING;
  const counted = JSON.stringify({ total: task?.total, synced, failed, skipped });
  const exact = JSON.stringify({ total: source.length, synced: source.length, failed: 0, skipped: 0 });
  if (counted !== exact) lost.push(`it counted ${counted}, not ${exact}`);
  const endings = new Set(completed.map(({ id }) => id)).size;
  if (endings === 0) lost.push('its end was never told');
  if (endings > 1) twice.push(`its end was told under ${endings} ids`);
  if (most > 1) twice.push(`a successor wrote ${most} pages that were written before`);

  const stored = new Map(rows.filter(({ deletedAt }) => deletedAt === null).map((row) => [row.externalId, row]));
  const changes = changed.flatMap(({ data }) => data.changes as Change[]);
  const told = new Set(changes.map(({ external_id: id, op, version }) => `${id} ${op === 'deleted'} ${version}`));
  for (const { id, updated_at: updatedAt } of source) {
    const row = stored.get(id);
    if (row?.sourceUpdatedAt?.getTime() !== Date.parse(updatedAt)) lost.push(`${id} is not stored as of ${updatedAt}`);
    else if (row.version !== 1) twice.push(`${id} was written as version ${row.version}`);
    if (!told.delete(`${id} false ${row?.version}`)) lost.push(`${id} was not told as it stands`);
    stored.delete(id);
  }
  for (const id of stored.keys()) lost.push(`${id} is stored and not at the platform`);
  for (const each of told) twice.push(`${each} was told and is no state of it`);
  return { lost, twice, repeated, takeovers: Math.max(fence - 1, 0) };
}

/** Pages written again, in all and by one holder at most. */
function repeatsIn(writes: PageWrite[]): { repeated: number; most: number } {
  const met = new Set<number>();
  const byHolder = new Map<number, number>();
  for (const { page, fence } of writes) {
    if (met.has(page)) byHolder.set(fence, (byHolder.get(fence) ?? 0) + 1);
    met.add(page);
  }
  const counts = [...byHolder.values()];
  return { repeated: counts.reduce((sum, count) => sum + count, 0), most: Math.max(0, ...counts) };
}
