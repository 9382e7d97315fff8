import { failpoint, inParallel, piecesOf } from '@crossdock/kernel';
import type { RowProblem, SourceRow } from '@crossdock/platforms';
import { cameAsStored, decide, decideGone, type Decision, type Lapsed, type StoredRow } from '../domain/row.ts';
import type { RecordStore, RowWrite, Writer } from '../store/records.ts';

export interface Met {
  /** Rows the platform answered. */
  rows: SourceRow[];
  /** Ids of stored rows it does not know. */
  gone: string[];
}

/** Rows of a page by their ids, and what stood of them in the store before. */
export interface Known {
  rows: Map<string, SourceRow>;
  gone: string[];
  stored: Map<string, StoredRow>;
  problems: Map<string, RowProblem>;
}

/** Rows written together, the next ones while the store works on them. */
const SLICE_ROWS = 200;
const SLICES_AT_ONCE = 3;

/** Reads what is stored of the rows, and only the rows that came in other bytes. `isFirst`: nothing is stored yet. */
export async function knowRows(
  store: RecordStore,
  connectorId: string,
  { rows: met, gone }: Met,
  { marks, isFirst }: { marks: boolean; isFirst: boolean },
): Promise<Known> {
  const rows = new Map(met.map((row) => [row.externalId, row]));
  const ids = [...rows.keys(), ...gone];
  const isNew = isFirst && gone.length === 0;
  const stored = isNew || ids.length === 0 ? new Map() : await readStored(store, connectorId, rows, ids, marks);
  const problems = new Map<string, RowProblem>();
  for (const [id, row] of rows) {
    if (!cameAsStored(row, stored.get(id)) && row.problem !== null) problems.set(id, row.problem);
  }
  return { rows, gone, stored, problems };
}

/** What is stored of the ids, with its hash where a row came in other bytes. */
async function readStored(
  store: RecordStore,
  connectorId: string,
  rows: Map<string, SourceRow>,
  ids: string[],
  marks: boolean,
): Promise<Map<string, StoredRow>> {
  const stored = await store.known(connectorId, ids, marks);
  const unlike = [...rows.values()].filter((row) => {
    const before = stored.get(row.externalId);
    return before?.hash === null && !cameAsStored(row, before);
  });
  const hashes = await store.hashes(
    connectorId,
    unlike.map(({ externalId }) => externalId),
  );
  for (const [id, hash] of hashes) stored.set(id, { ...stored.get(id)!, hash });
  return stored;
}

function writeOf(
  row: SourceRow | undefined,
  externalId: string,
  decision: Exclude<Decision, { kind: 'skip' }>,
): RowWrite {
  const { version } = decision.change;
  if (decision.kind === 'insert' || decision.kind === 'update') {
    const { fields, digest = null, updatedAt: sourceUpdatedAt } = row!;
    const hash = digest === null ? row!.hash : null;
    return { kind: decision.kind, externalId, version, content: { fields, hash, digest, sourceUpdatedAt } };
  }
  return { kind: decision.kind, externalId, version };
}

/**
 * Brings the stored rows in step with what was met: writes only what changed, and raises the guard of untouched rows
 * while a dead holder's writes may still arrive. Null when a later holder was here: stop.
 */
export async function settleRows(
  store: RecordStore,
  { rows, gone, stored: first, problems }: Known,
  lapsed: Lapsed[],
  writer: Writer,
): Promise<Map<string, Decision> | null> {
  const decisions = new Map<string, Decision>();
  let stored = first;
  let open = [...rows.keys(), ...gone];
  let lost = false;

  function decisionOn(id: string): Decision {
    const row = rows.get(id);
    const before = stored.get(id);
    if (row === undefined) return decideGone(before!, lapsed);
    const isOther = before !== undefined && !cameAsStored(row, before);
    const hash = isOther ? row.hash : (before?.hash ?? null);
    return decide({ externalId: id, hash, valid: !problems.has(id) }, before, lapsed);
  }

  /** Answers what is to be decided again. */
  async function settleSlice(ids: string[]): Promise<string[]> {
    if (lost) return [];
    const writes: RowWrite[] = [];
    const untouched: StoredRow[] = [];
    for (const id of ids) {
      const before = stored.get(id);
      const decision = decisionOn(id);
      decisions.set(id, decision);
      if (decision.kind !== 'skip') writes.push(writeOf(rows.get(id), id, decision));
      else if (before !== undefined && lapsed.length > 0) untouched.push(before);
    }
    await failpoint('sync.rows-decided');
    const written = await store.write(writes, writer);
    lost ||= written.lost;
    if (lost) return [];
    await failpoint('sync.rows-stored');
    const raised = await store.raiseGuard(writer.connectorId, untouched, writer.fence);
    return raised ? written.collided : [...written.collided, ...untouched.map(({ externalId }) => externalId)];
  }

  while (open.length > 0) {
    for (const { guard } of stored.values()) if (guard > writer.fence) return null;
    open = (await inParallel(piecesOf(open, SLICE_ROWS), SLICES_AT_ONCE, settleSlice)).flat();
    if (lost) return null;
    if (open.length > 0) stored = await readStored(store, writer.connectorId, rows, open, lapsed.length > 0);
  }
  return decisions;
}
