import { hashText, mix } from './mix.ts';
import { ageOf, bornAs, OLDEST_S, standsAt, type TradeStatus } from './order-cycle.ts';
import { orderIds } from './order-ids.ts';
import { MAX_SEEDED, type MutationOp, type Row, type RowsState, type Target, type TimeWindow } from './rows.ts';
import { seededRows } from './seeded-rows.ts';
import type { Slice } from './time-list.ts';

const DAY_S = 86_400;
const SALT = { created: 31, paid: 32, consigned: 33, ended: 34 };

/** The products that orders name: the shop's when it had any as its first order was made, else ones that never were. */
export interface Goods {
  seed: number;
  count: number;
  idOf(index: number): string;
}

export interface OrderRow extends Row {
  status: TradeStatus;
  refund: boolean;
  lines: number;
  /** Updates that came after its end. */
  corrections: number;
  /** Epoch seconds; undefined for what has not happened. */
  paidAt: number | undefined;
  consignedAt: number | undefined;
  endedAt: number | undefined;
}

const UNPAID: readonly TradeStatus[] = ['WAIT_BUYER_PAY', 'TRADE_CLOSED_BY_TAOBAO'];
const UNSENT: readonly TradeStatus[] = [...UNPAID, 'WAIT_SELLER_SEND_GOODS', 'TRADE_CLOSED'];
const ENDED: readonly TradeStatus[] = ['TRADE_FINISHED', 'TRADE_CLOSED', 'TRADE_CLOSED_BY_TAOBAO'];

export type OrderRows = ReturnType<typeof orderRows>;

/** The orders of a shop. */
export function orderRows(shopId: string, seedText: string, state: RowsState) {
  const seed = hashText(`${shopId}\n${seedText}\norders`);
  const ids = orderIds(shopId, seedText);
  const { newestSeeded } = state;

  /** The first two rows are the ends of the spread, so that even a small shop spans it. */
  function seededCreated(index: number): number {
    if (index < 2) return newestSeeded - index * OLDEST_S;
    const [from, to] = ageOf(bornAs(index, false).status);
    return newestSeeded - from - (mix(seed, index, SALT.created) % (to - from));
  }

  /** Payment, dispatch and end of a row made at `created`; a created row's all fall together. */
  function steps(index: number, created: number) {
    if (index >= MAX_SEEDED) return { paid: created, consigned: created, ended: created };
    const capped = (time: number) => Math.min(newestSeeded, time);
    const paid = capped(created + 30 + (mix(seed, index, SALT.paid) % 1_770));
    const consigned = capped(paid + 3_600 + (mix(seed, index, SALT.consigned) % (2 * DAY_S)));
    return { paid, consigned, ended: capped(consigned + 3 * DAY_S + (mix(seed, index, SALT.ended) % (9 * DAY_S))) };
  }

  function bornModified(index: number): number {
    const created = seededCreated(index);
    const { status } = bornAs(index, false);
    const { paid, consigned, ended } = steps(index, created);
    if (status === 'TRADE_CLOSED_BY_TAOBAO') return created + DAY_S;
    if (status === 'WAIT_BUYER_PAY') return created;
    if (status === 'WAIT_SELLER_SEND_GOODS') return paid;
    return ENDED.includes(status) ? ended : consigned;
  }

  const rows = seededRows(
    {
      seed,
      idOf: ids.tidOf,
      indexOf: ids.indexOf,
      createdOf: seededCreated,
      modifiedOf: bornModified,
      lists: { created: { by: 'created' }, modified: { by: 'modified' } },
    },
    state,
  );

  function orderOf(row: Row): OrderRow {
    const born = bornAs(row.index, row.index >= MAX_SEEDED);
    const { status, corrections } = standsAt(born, row.version);
    const { paid, consigned, ended } = steps(row.index, row.created);
    const closed = status === 'TRADE_CLOSED_BY_TAOBAO' ? row.created + DAY_S : ended;
    return {
      ...row,
      status,
      corrections,
      refund: born.refund === true,
      lines: born.lines,
      paidAt: UNPAID.includes(status) ? undefined : paid,
      consignedAt: UNSENT.includes(status) ? undefined : Math.min(consigned, row.contentAt),
      endedAt: ENDED.includes(status) ? Math.min(closed, row.contentAt) : undefined,
    };
  }

  const rowAt = (index: number): OrderRow => orderOf(rows.row(index));

  return {
    seed,
    ids,
    /** When a seeded order ends, whether it is there or not. */
    endOf: (index: number): number => steps(index, seededCreated(index)).ended,
    total: rows.total,
    has: rows.has,
    resize: rows.resize,
    state: rows.state,
    mutate: (op: MutationOp, target: Target, at: number): string[] => rows.mutate(op, target, at),

    find(id: string): OrderRow | undefined {
      const row = rows.find(id);
      return row && orderOf(row);
    },

    rows: (): OrderRow[] => rows.liveIndexes().map(rowAt),

    /** Rows by the time they were made or last changed. */
    list: (by: 'created' | 'modified', window: TimeWindow, matches?: (row: OrderRow) => boolean): Slice<OrderRow> =>
      rows.list(by, window, rowAt, matches),
  };
}
