import { hashText, mix } from './mix.ts';
import { bornAs, reviewedLine, reviewOf, type LineRef } from './order-cycle.ts';
import type { OrderRows } from './order-rows.ts';
import { MAX_SEEDED, type MutationOp, type Row, type RowsState, type Target, type TimeWindow } from './rows.ts';
import { seededRows } from './seeded-rows.ts';
import type { Slice } from './time-list.ts';

const SALT = { created: 81 };

export interface ReviewRow extends Row {
  /** The line of an order it is about; `id` is the line's own. */
  of: LineRef;
  /** The order's id. */
  tid: string;
}

/** The reviews a shop got: of its finished orders as far as they go, then of ones that are no longer shown. */
export function reviewRows(shopId: string, seedText: string, orders: OrderRows, state: RowsState) {
  const seed = hashText(`${shopId}\n${seedText}\nreviews`);
  const { newestSeeded } = state;
  const lineOf = (index: number) => reviewedLine(index % MAX_SEEDED, index >= MAX_SEEDED);

  function idOf(index: number): string {
    const of = lineOf(index);
    return orders.ids.oidOf(of, bornAs(of.order, false).lines);
  }

  function indexOf(oid: string): number | undefined {
    const line = orders.ids.lineOf(oid);
    const review = line && reviewOf(line);
    if (review === undefined) return undefined;
    const index = review.number + (review.created ? MAX_SEEDED : 0);
    return idOf(index) === oid ? index : undefined;
  }

  /** The first is the newest; the others come within three days of their order's end. */
  function seededCreated(index: number): number {
    if (index === 0) return newestSeeded;
    return Math.min(newestSeeded, orders.endOf(lineOf(index).order) + (mix(seed, index, SALT.created) % 259_200));
  }

  const rows = seededRows(
    { seed, idOf, indexOf, createdOf: seededCreated, modifiedOf: seededCreated, lists: { created: { by: 'created' } } },
    state,
  );

  function reviewOfRow(row: Row): ReviewRow {
    const of = lineOf(row.index);
    return { ...row, of, tid: orders.ids.tidOf(of.order) };
  }

  const rowAt = (index: number): ReviewRow => reviewOfRow(rows.row(index));

  return {
    total: rows.total,
    has: rows.has,
    resize: rows.resize,
    state: rows.state,
    mutate: (op: MutationOp, target: Target, at: number): string[] => rows.mutate(op, target, at),
    rows: (): ReviewRow[] => rows.liveIndexes().map(rowAt),

    /** Rows by the time they were made. */
    list: (window: TimeWindow, matches?: (row: ReviewRow) => boolean): Slice<ReviewRow> =>
      rows.list('created', window, rowAt, matches),
  };
}
