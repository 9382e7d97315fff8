import { failpoint } from '@crossdock/kernel';
import type { SourceRow } from '@crossdock/platforms';
import { decide, decideGone, type Decision, type Lapsed, type StoredRow } from '../domain/row.ts';
import type { RecordStore, RowWrite, Writer } from '../store/records.ts';

export interface Met {
  /** Rows the platform answered. */
  rows: SourceRow[];
  /** Ids of stored rows it does not know. */
  gone: string[];
}

function writeOf(
  row: SourceRow | undefined,
  externalId: string,
  decision: Exclude<Decision, { kind: 'skip' }>,
): RowWrite {
  const { version } = decision.change;
  if (decision.kind === 'insert' || decision.kind === 'update') {
    const { fields, hash, updatedAt } = row!;
    return { kind: decision.kind, externalId, version, content: { fields, hash, sourceUpdatedAt: updatedAt } };
  }
  return { kind: decision.kind, externalId, version };
}

/**
 * Brings the stored rows in step with what was met: reads first, writes only what changed, and raises the guard of
 * untouched rows while a dead holder's writes may still arrive. Null when a later holder was here: stop.
 */
export async function settleRows(
  store: RecordStore,
  { rows, gone }: Met,
  lapsed: Lapsed[],
  writer: Writer,
): Promise<Map<string, Decision> | null> {
  const met = new Map(rows.map((row) => [row.externalId, row]));
  const decisions = new Map<string, Decision>();
  let open = [...met.keys(), ...gone];

  while (open.length > 0) {
    const known = await store.known(writer.connectorId, open, lapsed.length > 0);
    const writes: RowWrite[] = [];
    const untouched: StoredRow[] = [];
    for (const id of open) {
      const row = met.get(id);
      const stored = known.get(id);
      if (stored !== undefined && stored.guard > writer.fence) return null;
      const decision =
        row === undefined
          ? decideGone(stored!, lapsed)
          : decide({ externalId: id, hash: row.hash, valid: row.problem === null }, stored, lapsed);
      decisions.set(id, decision);
      if (decision.kind !== 'skip') writes.push(writeOf(row, id, decision));
      else if (stored !== undefined && lapsed.length > 0) untouched.push(stored);
    }
    await failpoint('sync.rows-decided');
    const { lost, collided } = await store.write(writes, writer);
    if (lost) return null;
    await failpoint('sync.rows-stored');
    const raised = await store.raiseGuard(writer.connectorId, untouched, writer.fence);
    open = raised ? collided : [...collided, ...untouched.map(({ externalId }) => externalId)];
  }
  return decisions;
}
