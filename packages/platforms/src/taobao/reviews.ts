import { inParallel } from '@crossdock/kernel';
import type { RecordRef, RecordSource, Session, SourceRow } from '../adapter.ts';
import { type JsonObject, listIn, readTotal } from './answer.ts';
import { isId } from './fields.ts';
import { CALLS_AT_ONCE } from './items.ts';
import { listedReview, REVIEW_FIELDS, reviewRow, unreadableReview } from './review-row.ts';
import { missingId, ROW_TOO_LARGE, sizeCheck } from './row-reader.ts';
import { isTooLarge, isUnknown, type TopClient } from './top-client.ts';
import { topTime } from './top-time.ts';
import { type ListPage, walkedSource } from './walked-source.ts';

const METHOD = 'taobao.traderates.get';
const DAY_MS = 86_400_000;
/** The platform lists half a year; a walk may take a day of it. */
const REACH_MS = 179 * DAY_MS;
const PAGE_SIZE = 150;
/** Of one window. */
const MAX_ROWS = 1_500;

const oldest = (now: number): number => now - REACH_MS;

/** One review in a list: its id, and the trade that it can be asked for by. */
interface ReviewRef {
  id: string;
  tid: string | null;
}

/**
 * What buyers said, by the moment they said it: the platform lists no changes, so a window holds new reviews alone, and
 * a later reply is met by a full sync.
 */
export function taobaoReviews(top: TopClient): RecordSource {
  function call<T>(
    session: Session,
    fields: string,
    more: Record<string, string>,
    read: (rows: JsonObject[], bytes: number) => T[],
    count: boolean,
  ): Promise<ListPage<T>> {
    const params = { fields, rate_type: 'get', role: 'buyer', use_has_next: String(!count), ...more };
    return top.call(
      session,
      METHOD,
      params,
      (body, bytes) => ({
        total: count ? readTotal(body) : null,
        rows: read(listIn(body, 'trade_rates', 'trade_rate'), bytes),
      }),
      { says: (failure) => (more.tid !== undefined && isUnknown(failure) ? { total: 0, rows: [] } : undefined) },
    );
  }

  const walked = walkedSource<SourceRow>({
    limits: { pageSize: PAGE_SIZE, maxRows: MAX_ROWS, maxSpanMs: Number.POSITIVE_INFINITY },
    reachMs: REACH_MS,
    names: ['reviews'],
    aheadMs: top.aheadMs,
    oldest,
    async read(session, walk, page, count) {
      const window = {
        page_no: String(page),
        page_size: String(PAGE_SIZE),
        start_date: walk.from === null ? '' : topTime(walk.from),
        end_date: walk.to === null ? '' : topTime(walk.to),
      };
      try {
        return await call(session, REVIEW_FIELDS, window, readReviews, count);
      } catch (err) {
        if (!isTooLarge(err)) throw err;
        // Too large as a whole: its ids, then trade by trade.
        const listed = await call(session, 'oid,tid', window, readRefs, count);
        return { total: listed.total, rows: await byTrades(session, listed.rows) };
      }
    },
    records: async (_session, rows) => rows,
  });

  /** A trade of a single part bears the id of that part. */
  async function byTrades(session: Session, refs: ReviewRef[]): Promise<SourceRow[]> {
    const idsOf = new Map<string, Set<string>>();
    for (const { id, tid } of refs) idsOf.set(tid ?? id, (idsOf.get(tid ?? id) ?? new Set()).add(id));
    const trades = [...idsOf].filter(([tid]) => isId(tid));
    const rows = await inParallel(trades, CALLS_AT_ONCE, ([tid, ids]) => ofTrade(session, tid, ids));
    return rows.flat();
  }

  /** Beside a review without an id none is called unknown: it may be that one. */
  async function ofTrade(session: Session, tid: string, wanted: Set<string>): Promise<SourceRow[]> {
    try {
      const { rows } = await call(session, REVIEW_FIELDS, { tid }, readReviews, false);
      const missing = rows.some(({ externalId }) => externalId.startsWith('?')) ? new Set(wanted) : new Set<string>();
      const found = rows.filter(({ externalId }) => {
        missing.delete(externalId);
        return wanted.has(externalId);
      });
      return [...found, ...[...missing].map((id) => unreadableReview(id, missingId('评价')))];
    } catch (err) {
      if (!isTooLarge(err)) throw err;
      return [...wanted].map((id) => unreadableReview(id, ROW_TOO_LARGE));
    }
  }

  return {
    ...walked,
    byIds: (session, refs: RecordRef[]) =>
      byTrades(
        session,
        refs.map(({ id, orderId }) => ({ id, tid: orderId })),
      ),
  };
}

function readReviews(rows: JsonObject[], bytes: number): SourceRow[] {
  const isLarge = sizeCheck(bytes);
  return rows.map((row) => {
    const { id, problem } = listedReview(row);
    if (problem !== null) return unreadableReview(id, problem);
    return isLarge(row) ? unreadableReview(id, ROW_TOO_LARGE) : reviewRow(row, id);
  });
}

const readRefs = (rows: JsonObject[]): ReviewRef[] =>
  rows.flatMap((row) => {
    const { id, tid, problem } = listedReview(row);
    return problem === null ? [{ id, tid }] : [];
  });
