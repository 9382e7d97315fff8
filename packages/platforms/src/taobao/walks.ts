/** A part of a list within a window of time (ms, null is open). `page` goes down; null until the part is opened. */
export type Walk = {
  list: string;
  from: number | null;
  to: number | null;
  page: number | null;
  /** Its rows stand in the walk's total already. */
  counted: boolean;
};

/** What the platform pages through. */
export interface ListLimits {
  pageSize: number;
  /** Beyond this many rows it stops paging, so the window is split before. */
  maxRows: number;
  /** The widest window it takes. */
  maxSpanMs: number;
}

const SECOND_MS = 1_000;
/** Narrower than this, a refused window is not to blame. */
const NARROW_MS = 60_000;

/**
 * What to walk instead of a window that turned out to hold `total` rows: nothing, itself from its last page down,
 * or two halves. `oldest`: no row is older. Halves share the second between them: a row may come twice, never not at all.
 */
export function opened(walk: Walk, total: number, { pageSize, maxRows }: ListLimits, oldest: number): Walk[] {
  if (total === 0) return [];
  const counted = { ...walk, counted: true };
  if (total <= maxRows) return [{ ...counted, page: Math.ceil(total / pageSize) }];
  // The open end is a best effort.
  if (walk.to === null) return [{ ...counted, page: Math.floor(maxRows / pageSize) }];
  // One second cannot be split: walked as it is, and the platform says so where it ends.
  return halves(counted, oldest, SECOND_MS) ?? [{ ...counted, page: Math.ceil(total / pageSize) }];
}

/** What to walk instead of a window that the platform called too wide; null when that will not help. */
export const shrunk = (walk: Walk, oldest: number): Walk[] | null => halves(walk, oldest, NARROW_MS);

/** Null when the window is not wider than `narrowMs`, or open. */
function halves(walk: Walk, oldest: number, narrowMs: number): Walk[] | null {
  if (walk.to === null) return null;
  const from = walk.from ?? oldest;
  if (walk.to - from <= narrowMs) return null;
  const middle = wholeSecond((from + walk.to) / 2);
  return [
    { ...walk, from: middle, page: null },
    { ...walk, to: middle, page: null },
  ];
}

/**
 * A window wider than the platform takes: its oldest piece and the rest. Null when it fits. An open end stays with the
 * rest, which goes on growing while the pieces before it are read.
 */
export function cut(walk: Walk, { maxSpanMs }: ListLimits, now: number, oldest: number): Walk[] | null {
  const from = wholeSecond(walk.from ?? oldest);
  if (wholeSecond(walk.to ?? now) - from <= maxSpanMs) return null;
  const middle = from + maxSpanMs;
  return [
    { ...walk, to: middle },
    { ...walk, from: middle },
  ];
}

/** What remains of an opened walk after its page was read. */
export const afterPage = (walk: Walk, page: number): Walk[] => (page > 1 ? [{ ...walk, page: page - 1 }] : []);

/** As the platform counts, cut down. */
export const wholeSecond = (ms: number): number => Math.floor(ms / SECOND_MS) * SECOND_MS;
