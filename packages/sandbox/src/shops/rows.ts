/** Indexes of created rows begin here, above every seeded one. */
export const MAX_SEEDED = 1_000_000;

export type MutationOp = 'touch' | 'update' | 'delete' | 'create';

/** Rows by id, or so many drawn ones. */
export type Target = { ids: string[] } | { count: number };

/** What happened to a row since it was made. Times are epoch seconds. */
export interface Change {
  modified: number;
  /** When its content last changed; absent when only its time did. */
  updated?: number;
  version: number;
  deleted: boolean;
}

/** All it takes to make the same rows again. */
export interface RowsState {
  count: number;
  /** Epoch seconds; no seeded row is younger. */
  newestSeeded: number;
  changes: [index: number, change: Change][];
  /** When each row made by `create` was made. */
  created: number[];
  mutations: number;
}

export const emptyRows = (newestSeeded: number): RowsState => ({
  count: 0,
  newestSeeded,
  changes: [],
  created: [],
  mutations: 0,
});

/** One row at this moment; its content follows from seed, index and version. */
export interface Row {
  seed: number;
  index: number;
  version: number;
  id: string;
  created: number;
  /** Epoch seconds. */
  modified: number;
  /** When its content last changed: `modified` unless the row was only touched since. */
  contentAt: number;
}

/** Epoch seconds, both ends taken in. */
export interface TimeWindow {
  from: number;
  to: number;
}
