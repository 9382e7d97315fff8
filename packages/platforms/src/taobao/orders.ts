import { inParallel } from '@crossdock/kernel';
import type { RecordSource, Session, SourceRow } from '../adapter.ts';
import { isObject, type JsonObject, listIn, malformed, readTotal } from './answer.ts';
import { isId } from './fields.ts';
import { CALLS_AT_ONCE } from './items.ts';
import { listedOrder, ORDER_FIELDS, orderRow, unreadableOrder } from './order-row.ts';
import { missingId, ROW_TOO_LARGE, sizeCheck } from './row-reader.ts';
import { isTooLarge, isUnknown, type TopClient } from './top-client.ts';
import { topTime } from './top-time.ts';
import { type ListPage, walkedSource } from './walked-source.ts';
import type { Walk } from './walks.ts';

const DAY_MS = 86_400_000;
/** The platform lists three months, which have at least 89 days. */
const LISTED_MS = 89 * DAY_MS;
/** A walk may take a day of them. */
const REACH_MS = LISTED_MS - DAY_MS;
const PAGE_SIZE = 100;
const MAX_ROWS = 10_000;

interface OrderList {
  method: string;
  start: string;
  end: string;
  maxSpanMs: number;
}

/** For all there is: an order keeps its place in this list whatever happens to it. */
const BY_CREATION: OrderList = {
  method: 'taobao.trades.sold.get',
  start: 'start_created',
  end: 'end_created',
  maxSpanMs: Number.POSITIVE_INFINITY,
};

/** For a window. */
const BY_CHANGE: OrderList = {
  method: 'taobao.trades.sold.increment.get',
  start: 'start_modified',
  end: 'end_modified',
  maxSpanMs: DAY_MS,
};

const oldest = (now: number): number => now - REACH_MS;

/** Orders of the last three months. */
export function taobaoOrders(top: TopClient): RecordSource {
  function listPage<T>(
    { method, start, end, maxSpanMs }: OrderList,
    session: Session,
    walk: Walk,
    page: number,
    count: boolean,
    { fields, read }: { fields: string; read: (trades: JsonObject[], bytes: number) => T[] },
  ): Promise<ListPage<T>> {
    const now = session.now().getTime() + top.aheadMs();
    const from = Math.max(walk.from ?? 0, now - LISTED_MS);
    // An open end moves on while it is paged through, beyond the widest window.
    const to = Math.min(Math.max(walk.to ?? now, from), from + maxSpanMs);
    const params = {
      fields,
      [start]: topTime(from),
      [end]: topTime(to),
      page_no: String(page),
      page_size: String(PAGE_SIZE),
      use_has_next: String(!count),
    };
    return top.call(session, method, params, (body, bytes) => ({
      total: count ? readTotal(body) : null,
      rows: read(listIn(body, 'trades', 'trade'), bytes),
    }));
  }

  const walked = (list: OrderList) =>
    walkedSource<SourceRow>({
      limits: { pageSize: PAGE_SIZE, maxRows: MAX_ROWS, maxSpanMs: list.maxSpanMs },
      reachMs: REACH_MS,
      names: ['orders'],
      aheadMs: top.aheadMs,
      oldest,
      async read(session, walk, page, count) {
        try {
          return await listPage(list, session, walk, page, count, { fields: ORDER_FIELDS, read: readOrders });
        } catch (err) {
          if (!isTooLarge(err)) throw err;
          // Too large as a whole: its ids, then order by order.
          const listed = await listPage(list, session, walk, page, count, { fields: 'tid', read: readIds });
          return { total: listed.total, rows: await details(session, listed.rows) };
        }
      },
      records: async (_session, rows) => rows,
    });

  async function details(session: Session, asked: string[]): Promise<SourceRow[]> {
    const ids = [...new Set(asked)].filter(isId);
    return (await inParallel(ids, CALLS_AT_ONCE, (id) => detail(session, id))).flat();
  }

  async function detail(session: Session, id: string): Promise<SourceRow[]> {
    const params = { fields: ORDER_FIELDS, tid: id };
    try {
      return await top.call(session, 'taobao.trade.fullinfo.get', params, readDetail(id), {
        says: (failure) => (isUnknown(failure) ? [] : undefined),
      });
    } catch (err) {
      if (!isTooLarge(err)) throw err;
      return [unreadableOrder(id, ROW_TOO_LARGE)];
    }
  }

  const [all, changed] = [walked(BY_CREATION), walked(BY_CHANGE)];
  return {
    ...all,
    page(session, window, position) {
      if (window.from !== null) return changed.page(session, window, position);
      return all.page(session, { ...window, from: new Date(oldest(window.to.getTime())) }, position);
    },
    byIds: (session, refs) =>
      details(
        session,
        refs.map(({ id }) => id),
      ),
  };
}

function readOrders(trades: JsonObject[], bytes: number): SourceRow[] {
  const isLarge = sizeCheck(bytes);
  return trades.map((trade) => {
    const { id, problem } = listedOrder(trade);
    if (problem !== null) return unreadableOrder(id, problem);
    return isLarge(trade) ? unreadableOrder(id, ROW_TOO_LARGE) : orderRow(trade, id);
  });
}

const readIds = (trades: JsonObject[]): string[] =>
  trades.map(listedOrder).flatMap(({ id, problem }) => (problem === null ? [id] : []));

const readDetail =
  (asked: string) =>
  ({ trade }: JsonObject, bytes: number): SourceRow[] => {
    if (trade === undefined) return [];
    if (!isObject(trade)) throw malformed('trade is not an object');
    if (listedOrder(trade).id !== asked) return [unreadableOrder(asked, missingId('订单'))];
    return [sizeCheck(bytes)(trade) ? unreadableOrder(asked, ROW_TOO_LARGE) : orderRow(trade, asked)];
  };
