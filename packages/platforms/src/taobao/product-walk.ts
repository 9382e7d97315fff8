/** One of the two lists that make a shop, within a window of `modified` (ms, null is open). `page` goes down; null until opened. */
export type Walk = { list: ProductList; from: number | null; to: number | null; page: number | null };

export type ProductList = 'onsale' | 'inventory';

export const PAGE_SIZE = 200;

/** Beyond this many rows the platform stops paging, so the window is split before. */
const MAX_ROWS = 20_000;

/** Before the platform opened: no row is older. */
const PLATFORM_EPOCH = Date.UTC(2003, 4, 10);

/**
 * What to walk instead of a window that turned out to hold `total` rows: nothing, itself from its last page down,
 * or two halves. Halves share the second between them: a row may come twice, never not at all.
 */
export function opened(walk: Walk, total: number): Walk[] {
  if (total === 0) return [];
  const pages = Math.ceil(total / PAGE_SIZE);
  if (total <= MAX_ROWS) return [{ ...walk, page: pages }];
  // The open end is a best effort.
  if (walk.to === null) return [{ ...walk, page: MAX_ROWS / PAGE_SIZE }];
  const from = walk.from ?? PLATFORM_EPOCH;
  const middle = Math.floor((from + walk.to) / 2_000) * 1_000;
  // One second cannot be split: walked as it is, and the platform says so where it ends.
  if (middle <= from) return [{ ...walk, page: pages }];
  return [
    { ...walk, to: middle, page: null },
    { ...walk, from: middle, page: null },
  ];
}

/** What remains of an opened walk after its page was read. */
export const afterPage = (walk: Walk, page: number): Walk[] => (page > 1 ? [{ ...walk, page: page - 1 }] : []);
