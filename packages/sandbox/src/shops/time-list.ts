/** All row indexes stay below this, so that a time in seconds and an index fit into one number. */
const INDEX_SPACE = 2 ** 21;

/** A row's place in time and the row itself in one number, which sorts natively. */
export const timeKey = (seconds: number, index: number): number => seconds * INDEX_SPACE + index;

export const indexIn = (key: number): number => key % INDEX_SPACE;

/** Rows of one list within a time window, oldest first by (time, index). */
export interface Slice<R> {
  total: number;
  /** Rows from `offset` on, counted from the newest or the oldest end. */
  page(offset: number, count: number, newestFirst: boolean): R[];
}

/** The part of sorted `keys` with `from` ≤ time ≤ `to` (epoch seconds). */
export const within = (keys: Float64Array, from: number, to: number): Float64Array =>
  keys.subarray(firstAtLeast(keys, from * INDEX_SPACE), firstAtLeast(keys, (to + 1) * INDEX_SPACE));

export function sliceOf<R>(keys: Float64Array, rowAt: (index: number) => R): Slice<R> {
  return {
    total: keys.length,
    page(offset, count, newestFirst) {
      const rows: R[] = [];
      const end = Math.min(offset + count, keys.length);
      for (let at = offset; at < end; at += 1)
        rows.push(rowAt(indexIn(keys[newestFirst ? keys.length - 1 - at : at] as number)));
      return rows;
    },
  };
}

/** Sorted `keys` without `gone` and with `come`, in one pass: a row that changes moves without sorting all the others. */
export function moved(keys: Float64Array, gone: readonly number[], come: readonly number[]): Float64Array {
  const [out, added] = [Float64Array.from(gone).sort(), Float64Array.from(come).sort()];
  const next = new Float64Array(keys.length - gone.length + come.length);
  let [left, fresh, at] = [0, 0, 0];
  for (const key of keys) {
    if (key === out[left]) {
      left += 1;
      continue;
    }
    for (; fresh < added.length && (added[fresh] as number) < key; fresh += 1) next[at++] = added[fresh] as number;
    next[at++] = key;
  }
  for (; fresh < added.length; fresh += 1) next[at++] = added[fresh] as number;
  return next;
}

/** The first position whose key is not below `key`. */
function firstAtLeast(keys: Float64Array, key: number): number {
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((keys[middle] as number) < key) low = middle + 1;
    else high = middle;
  }
  return low;
}
