export type Mode = 'full' | 'incremental';

/**
 * A stream is one connector and one sync type; at most one task of each kind lives in it, and one runs.
 * `records` reads single records by id; `removal` carries out deletions that a full sync held back.
 */
export type Kind = 'full' | 'incremental' | 'since' | 'since_next' | 'records' | 'records_next' | 'removal';

/** What waits behind a task of this kind that began and cannot serve another request any more. */
export const NEXT_KIND: Partial<Record<Kind, Kind>> = { since: 'since_next', records: 'records_next' };

/** What a task that is no sync of the connector is about: rows somebody asked for by name, or late deletions. */
export const SCOPES: Partial<Record<Kind, 'records' | 'deletions'>> = {
  records: 'records',
  records_next: 'records',
  removal: 'deletions',
};

/** Of a new walk over a window. */
export function kindOf(mode: Mode, since: Date | null): Kind {
  if (mode === 'full') return 'full';
  return since === null ? 'incremental' : 'since';
}
