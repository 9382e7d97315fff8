export type Mode = 'full' | 'incremental';

/**
 * A stream is one connector and one sync type; at most one task of each kind lives in it, and one runs.
 * `records` reads single records by id; `removal` carries out deletions that a full sync held back.
 */
export type Kind = 'full' | 'incremental' | 'since' | 'since_next' | 'records' | 'removal';

/** Of a new walk over a window; `since_next` is only ever what waits behind a `since` that began. */
export function kindOf(mode: Mode, since: Date | null): Kind {
  if (mode === 'full') return 'full';
  return since === null ? 'incremental' : 'since';
}
