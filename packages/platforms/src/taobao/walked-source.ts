import { isPlatformError } from '@crossdock/kernel';
import type { Page, Position, RecordSource, Session, SourceRow, SyncWindow } from '../adapter.ts';
import { inParallel } from '../in-parallel.ts';
import { afterPage, cut, type ListLimits, opened, shrunk, type Walk, wholeSecond } from './walks.ts';

/** The platform's times are whole seconds; a second on top for its clock. */
const LAG_MS = 2_000;
/** Empty parts of a list are passed over this many at once. */
const EMPTY_READS = 8;

export interface ListPage<Row> {
  rows: Row[];
  /** Null on a page that was not counted. */
  total: number | null;
}

/** A platform's lists by page numbers, newest first, each within a window of time. */
export interface Lists<Row> {
  limits: ListLimits;
  reachMs: number | null;
  /** Of the lists that together hold everything. */
  names: string[];
  /** No row is older than this, or the platform does not list it. */
  oldest(now: number): number;
  /** `to` null: up to now. The count is only for the page that opens a walk. */
  read(session: Session, walk: Walk, page: number, count: boolean): Promise<ListPage<Row>>;
  /** The records that listed rows stand for. */
  records(session: Session, rows: Row[]): Promise<SourceRow[]>;
}

/** What is still to be read, the first entry being read now; `total` of what was opened. */
type WalkPosition = { walks: Walk[]; total: number };

/**
 * Lists that fit one page were read at one moment, up to now, and that is all. Longer ones are walked from the last page
 * to the first, over a window that ended before (nothing may enter what is being walked), and then whatever
 * changed after the window, as far as it can be caught.
 */
export function walkedSource<Row>(lists: Lists<Row>): Pick<RecordSource, 'lagMs' | 'reachMs' | 'page'> {
  const { limits } = lists;

  /** The first page of each, at once. */
  const firstPages = (session: Session, walks: Walk[]): Promise<ListPage<Row>[]> =>
    inParallel(walks, walks.length, (walk) => lists.read(session, walk, 1, true));

  /** Pages that are read while the records of the page before are, by what was left to read then. */
  const ahead = new WeakMap<Walk[], Promise<ListPage<Row>>>();

  function readAhead(session: Session, walks: Walk[]): void {
    const [walk] = walks;
    if (walk === undefined || walk.page === null) return;
    const reading = lists.read(session, walk, walk.page, false);
    // Whoever asks for the page hears of it.
    reading.catch(() => {});
    ahead.set(walks, reading);
  }

  function readNext(session: Session, walks: Walk[], walk: Walk): Promise<ListPage<Row>> {
    const reading = ahead.get(walks);
    ahead.delete(walks);
    return reading ?? lists.read(session, walk, walk.page ?? 1, walk.page === null);
  }

  const fits = ({ total }: ListPage<Row>): boolean => counted(total) <= limits.pageSize;

  async function told(session: Session, listed: Row[], { walks, total }: WalkPosition): Promise<Page> {
    if (listed.length > 0) readAhead(session, walks);
    const rows = listed.length === 0 ? [] : await lists.records(session, listed);
    // A listed row may stand for several records.
    const next = { walks, total: total + Math.max(0, rows.length - listed.length) };
    const isCounted = walks.every((walk) => walk.counted || walk.to === null);
    return { rows, next: walks.length === 0 ? null : next, total: isCounted ? next.total : null };
  }

  async function begin(session: Session, window: SyncWindow): Promise<Page | WalkPosition> {
    const now = session.now().getTime();
    const oldest = lists.oldest(now);
    const from = window.from === null ? null : Math.max(window.from.getTime(), oldest);
    const to = wholeSecond(window.to.getTime());
    const open = lists.names.map((list): Walk => ({ list, from, to: null, page: null, counted: false }));
    const tails = open.map((walk) => ({ ...walk, from: to + 1_000 }));
    const pages = open.some((walk) => cut(walk, limits, now, oldest) !== null)
      ? null
      : await firstPages(session, open).catch(nullWhenTooWide);
    if (pages === null) return { walks: [...open.map((walk) => ({ ...walk, to })), ...tails], total: 0 };
    const total = pages.reduce((sum, page) => sum + counted(page.total), 0);
    if (pages.every(fits)) {
      return told(
        session,
        pages.flatMap(({ rows }) => rows),
        { walks: [], total },
      );
    }
    // Counted up to now: what is newer than the window makes one empty page at most.
    const walks = pages.flatMap((page, n) => opened({ ...(open[n] as Walk), to }, counted(page.total), limits, oldest));
    return { walks: [...walks, ...tails], total };
  }

  /** Only tails are left: all at once. */
  async function readTails(session: Session, { walks, total }: WalkPosition): Promise<Page | WalkPosition> {
    const now = session.now().getTime();
    const oldest = lists.oldest(now);
    const pages = await firstPages(session, walks).catch(nullWhenTooWide);
    if (pages === null) return { walks: walks.map((walk) => ({ ...walk, to: wholeSecond(now) })), total };
    const listed = pages.flatMap((page) => (fits(page) ? page.rows : []));
    const left = pages.flatMap((page, n) =>
      fits(page) ? [] : opened(walks[n] as Walk, counted(page.total), limits, oldest),
    );
    return told(session, listed, { walks: left, total });
  }

  /** Reads from the first of the parts, or divides it. */
  async function step(session: Session, { walks, total }: WalkPosition): Promise<Page | WalkPosition> {
    const [walk, ...later] = walks as [Walk, ...Walk[]];
    const now = session.now().getTime();
    const oldest = lists.oldest(now);
    if (walk.page === null) {
      const pieces = cut(walk, limits, now, oldest);
      if (pieces !== null) return { walks: [...pieces, ...later], total };
      if (walks.every((each) => each.to === null && each.page === null)) return readTails(session, { walks, total });
    }
    let page: ListPage<Row>;
    try {
      page = await readNext(session, walks, walk);
    } catch (err) {
      const pieces = isTooWide(err) ? shrunk(walk, oldest) : null;
      if (pieces === null) throw err;
      return told(session, [], { walks: [...pieces, ...later], total });
    }
    if (walk.page !== null)
      return told(session, page.rows, { walks: [...afterPage(walk, walk.page), ...later], total });
    const sum = walk.counted ? total : total + counted(page.total);
    if (fits(page)) return told(session, page.rows, { walks: later, total: sum });
    return { walks: [...opened(walk, counted(page.total), limits, oldest), ...later], total: sum };
  }

  async function page(session: Session, window: SyncWindow, position: Position | null): Promise<Page> {
    let at: Page | WalkPosition = position === null ? await begin(session, window) : (position as WalkPosition);
    for (let empty = 0; ;) {
      if ('rows' in at) {
        empty += 1;
        if (at.rows.length > 0 || at.next === null || empty === EMPTY_READS) return at;
        at = at.next as WalkPosition;
      }
      at = await step(session, at);
    }
  }

  return { lagMs: LAG_MS, reachMs: lists.reachMs, page };
}

const isTooWide = (err: unknown): boolean => isPlatformError(err) && err.failure === 'SHRINK_WINDOW';

function nullWhenTooWide(err: unknown): null {
  if (isTooWide(err)) return null;
  throw err;
}

const counted = (total: number | null): number => total ?? 0;
