/** Rows written under `fence` on a page after `page` were never told: their holder died before that checkpoint. */
export interface Lapsed {
  fence: number;
  page: number;
  at: Date;
}

/** The holder and page of a row's last real write. */
export interface RowMark {
  fence: number;
  page: number;
}

/** What a decision needs of a stored row. `guard` is the highest fence that met or wrote it. */
export interface StoredRow {
  externalId: string;
  /** Of its content; null beside a digest, until it is asked for. */
  hash: string | null;
  /** Of the bytes that it was read from; null where they were not told. */
  digest: string | null;
  version: number;
  guard: number;
  mark: RowMark;
  deleted: boolean;
}

/** What a decision needs of a row the platform answered; `valid` is false for one that cannot be synced. */
export interface MetRow {
  externalId: string;
  /** The stored one's while it came in the same bytes; null where there is none to hold it against. */
  hash: string | null;
  valid: boolean;
}

/** The row came in the very bytes that the stored one was read from: it need not be read to be known. */
export const cameAsStored = ({ digest }: { digest?: string }, stored: StoredRow | undefined): boolean =>
  digest !== undefined && digest === stored?.digest;

export type ChangeOp = 'created' | 'updated' | 'deleted';

export interface Change {
  external_id: string;
  op: ChangeOp;
  version: number;
}

/**
 * What meeting a row asks for. `insert` and `update` write its content, `retell` only its mark (the write under a
 * dead holder stands, but was never told), `remove` makes a tombstone, `skip` writes nothing.
 */
export type Decision = { kind: 'insert' | 'update' | 'retell' | 'remove'; change: Change } | { kind: 'skip' };

export const isLapsed = (mark: RowMark, lapsed: Lapsed[]): boolean =>
  lapsed.some((entry) => entry.fence === mark.fence && mark.page > entry.page);

/** A stored row told as it stands: same version again, whoever heard of it hears nothing new. */
export function toldAgain({ externalId, version, deleted }: StoredRow): Change {
  return { external_id: externalId, op: deleted ? 'deleted' : createdOrUpdated(version), version };
}

const retell = (stored: StoredRow): Decision => ({ kind: 'retell', change: toldAgain(stored) });

const createdOrUpdated = (version: number): ChangeOp => (version === 1 ? 'created' : 'updated');

export function decide(met: MetRow, stored: StoredRow | undefined, lapsed: Lapsed[]): Decision {
  const untold = stored !== undefined && isLapsed(stored.mark, lapsed);
  if (!met.valid) return untold ? retell(stored) : { kind: 'skip' };
  if (stored === undefined)
    return { kind: 'insert', change: { external_id: met.externalId, op: 'created', version: 1 } };
  if (stored.hash !== met.hash || stored.deleted) {
    // Nobody heard of the creation, or a deletion came in between: to a consumer this is a new row.
    const op = stored.deleted || (untold && stored.version === 1) ? 'created' : 'updated';
    return { kind: 'update', change: { external_id: met.externalId, op, version: stored.version + 1 } };
  }
  return untold ? retell(stored) : { kind: 'skip' };
}

/** For a stored row that the platform does not know (any more). */
export function decideGone(stored: StoredRow, lapsed: Lapsed[]): Decision {
  if (!stored.deleted) {
    return { kind: 'remove', change: { external_id: stored.externalId, op: 'deleted', version: stored.version + 1 } };
  }
  return isLapsed(stored.mark, lapsed) ? retell(stored) : { kind: 'skip' };
}
