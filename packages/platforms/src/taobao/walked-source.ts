import { inParallel, isPlatformError } from '@crossdock/kernel';
import type { Page, Position, RecordSource, Session, SourceRow, SyncWindow } from '../adapter.ts';
import { afterPage, cut, type ListLimits, opened, shrunk, type Walk, wholeSecond } from './walks.ts';

/** The platform's times are whole seconds; a second on top for its clock. */
const LAG_MS = 2_000;
/** Empty parts of a list are passed over this many at once. */
const EMPTY_READS = 8;
/** Lists are read so many calls ahead of the records in them. */
const LISTS_AHEAD = 4;

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
  /** How far the platform's clock is known to be ahead of ours: what it lists goes by it. */
  aheadMs(): number;
  /** No row is older than this, or the platform does not list it. */
  oldest(now: number): number;
  /** `to` null: up to now. The count is only for the page that opens a walk. */
  read(session: Session, walk: Walk, page: number, count: boolean): Promise<ListPage<Row>>;
  /** The records that listed rows stand for. */
  records(session: Session, rows: Row[]): Promise<SourceRow[]>;
}

/** What is still to be read, the first entry being read next; `total` of what was opened. */
type WalkPosition = { walks: Walk[]; total: number };

/** Comes of the first of some walks. */
interface Step<Row> {
  /** Null when a part was opened or divided, and none of it is listed yet. */
  listed: Row[] | null;
  /** Still to be read after it. */
  left: Walk[];
  /** What it opened, for the total. */
  added: number;
}

/**
 * Lists that fit one page were read at one moment, up to now, and that is all. Longer ones are walked from the last page
 * to the first, over a window that ended before (nothing may enter what is being walked), and then whatever
 * changed after the window, as far as it can be caught.
 */
export function walkedSource<Row>(lists: Lists<Row>): Pick<RecordSource, 'lagMs' | 'reachMs' | 'page'> {
  const { limits } = lists;
  const platformNow = (session: Session): number => session.now().getTime() + lists.aheadMs();

  /** The first page of each, at once. */
  const firstPages = (session: Session, walks: Walk[]): Promise<ListPage<Row>[]> =>
    inParallel(walks, walks.length, (walk) => lists.read(session, walk, 1, true));

  const fits = ({ total }: ListPage<Row>): boolean => counted(total) <= limits.pageSize;

  /** Once more when the platform told its clock meanwhile: what was asked before went by ours. */
  async function begin(session: Session, window: SyncWindow): Promise<Step<Row>> {
    const aheadMs = lists.aheadMs();
    const isAsKnown = () => lists.aheadMs() === aheadMs;
    const begun = await beginNow(session, window).catch((err: unknown) => {
      if (isAsKnown()) throw err;
    });
    return begun !== undefined && isAsKnown() ? begun : beginNow(session, window);
  }

  async function beginNow(session: Session, window: SyncWindow): Promise<Step<Row>> {
    const now = platformNow(session);
    const oldest = lists.oldest(now);
    // A platform behind us is not there yet. For one ahead the window stays: the last one may have ended by our clock.
    const behindMs = Math.min(0, lists.aheadMs());
    const from = window.from === null ? null : Math.max(window.from.getTime() + behindMs, oldest);
    const to = wholeSecond(window.to.getTime() + behindMs);
    const open = lists.names.map((list): Walk => ({ list, from, to: null, page: null, counted: false }));
    const tails = open.map((walk) => ({ ...walk, from: to + 1_000 }));
    const pages = open.some((walk) => cut(walk, limits, now, oldest) !== null)
      ? null
      : await firstPages(session, open).catch(nullWhenTooWide);
    if (pages === null) return { listed: null, left: [...open.map((walk) => ({ ...walk, to })), ...tails], added: 0 };
    const added = pages.reduce((sum, page) => sum + counted(page.total), 0);
    if (pages.every(fits)) return { listed: pages.flatMap(({ rows }) => rows), left: [], added };
    // Counted up to now: what is newer than the window makes one empty page at most.
    const walks = pages.flatMap((page, n) => opened({ ...(open[n] as Walk), to }, counted(page.total), limits, oldest));
    return { listed: null, left: [...walks, ...tails], added };
  }

  /** Only tails are left: all at once. */
  async function readTails(session: Session, walks: Walk[]): Promise<Step<Row>> {
    const now = platformNow(session);
    const oldest = lists.oldest(now);
    const pages = await firstPages(session, walks).catch(nullWhenTooWide);
    if (pages === null)
      return { listed: null, left: walks.map((walk) => ({ ...walk, to: wholeSecond(now) })), added: 0 };
    const listed = pages.flatMap((page) => (fits(page) ? page.rows : []));
    const left = pages.flatMap((page, n) =>
      fits(page) ? [] : opened(walks[n] as Walk, counted(page.total), limits, oldest),
    );
    return { listed, left, added: 0 };
  }

  /** Reads from the first of the parts, or divides it. */
  async function step(session: Session, walks: Walk[]): Promise<Step<Row>> {
    const [walk, ...later] = walks as [Walk, ...Walk[]];
    const now = platformNow(session);
    const oldest = lists.oldest(now);
    if (walk.page === null) {
      const pieces = cut(walk, limits, now, oldest);
      if (pieces !== null) return { listed: null, left: [...pieces, ...later], added: 0 };
      if (walks.every((each) => each.to === null && each.page === null)) return readTails(session, walks);
    }
    let page: ListPage<Row>;
    try {
      page = await lists.read(session, walk, walk.page ?? 1, walk.page === null);
    } catch (err) {
      const pieces = isTooWide(err) ? shrunk(walk, oldest) : null;
      if (pieces === null) throw err;
      return { listed: [], left: [...pieces, ...later], added: 0 };
    }
    if (walk.page !== null) return { listed: page.rows, left: [...afterPage(walk, walk.page), ...later], added: 0 };
    const added = walk.counted ? 0 : counted(page.total);
    if (fits(page)) return { listed: page.rows, left: later, added };
    return { listed: null, left: [...opened(walk, counted(page.total), limits, oldest), ...later], added };
  }

  const ahead = stepsAhead(step, lists.records);

  async function page(session: Session, window: SyncWindow, position: Position | null): Promise<Page> {
    const from = position as WalkPosition | null;
    let at = await (from === null ? begin(session, window) : ahead.next(session, from.walks));
    let total = from?.total ?? 0;
    for (let empty = 0; ; at = await ahead.next(session, at.left)) {
      total += at.added;
      if (at.listed === null) continue;
      if (at.listed.length > 0) ahead.go(session, at.left);
      const rows = await ahead.recordsOf(session, at);
      // A listed row may stand for several records.
      total += Math.max(0, rows.length - at.listed.length);
      empty += 1;
      if (rows.length === 0 && at.left.length > 0 && empty < EMPTY_READS) continue;
      const isCounted = at.left.every((walk) => walk.counted || walk.to === null);
      const next = at.left.length === 0 ? null : { walks: at.left, total };
      return { rows, next, total: isCounted ? total : null };
    }
  }

  return { lagMs: LAG_MS, reachMs: lists.reachMs, page };
}

/**
 * While the records of a page are read, the lists after it are, one after the other as the walk wants it, and the
 * records of the next page. What fails is read again when its turn comes.
 */
function stepsAhead<Row>(
  step: (session: Session, walks: Walk[]) => Promise<Step<Row>>,
  read: (session: Session, rows: Row[]) => Promise<SourceRow[]>,
) {
  /** By what was left to read before them. */
  const steps = new WeakMap<Walk[], Promise<Step<Row>>>();
  const records = new WeakMap<Step<Row>, Promise<SourceRow[]>>();

  /** What a step listed, in full. */
  function recordsOf(session: Session, made: Step<Row>): Promise<SourceRow[]> {
    const reading =
      records.get(made) ?? (made.listed?.length ? read(session, made.listed) : Promise.resolve<SourceRow[]>([]));
    records.set(made, reading);
    return reading;
  }

  function go(session: Session, walks: Walk[], depth = 0): void {
    if (walks.length === 0 || depth === LISTS_AHEAD) return;
    const making = steps.get(walks) ?? step(session, walks);
    steps.set(walks, making);
    making
      .then((made) => {
        go(session, made.left, depth + 1);
        // Whoever asks for them hears of a failure.
        if (depth === 0) recordsOf(session, made).catch(() => {});
      })
      .catch(() => {});
  }

  function next(session: Session, walks: Walk[]): Promise<Step<Row>> {
    const making = steps.get(walks);
    steps.delete(walks);
    return making ?? step(session, walks);
  }

  return { next, go, recordsOf };
}

const isTooWide = (err: unknown): boolean => isPlatformError(err) && err.failure === 'SHRINK_WINDOW';

function nullWhenTooWide(err: unknown): null {
  if (isTooWide(err)) return null;
  throw err;
}

const counted = (total: number | null): number => total ?? 0;
