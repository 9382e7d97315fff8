import type { LineRef } from './order-cycle.ts';
import { rowIds } from './row-ids.ts';

export interface OrderIds {
  tidOf(index: number): string;
  indexOf(tid: string): number | undefined;
  /** Of an order with one line the order's own id. */
  oidOf(of: LineRef, lines: number): string;
  /** The order and the line behind an `oid`. */
  lineOf(oid: string): LineRef | undefined;
}

/** Ids of 19 digits: a 2, the row's own digits, and the line counted from 1, or 0 for the order. */
export function orderIds(shopId: string, seedText: string): OrderIds {
  const ids = rowIds(`${shopId}\n${seedText}\norders`);
  const first = ids.idOf(0).slice(0, 1);
  const idOf = (index: number, digit: number) => `2${ids.idOf(index).slice(1)}${digit}`;
  const isId = (id: string) => /^2\d{18}$/.test(id);
  const orderOf = (id: string) => ids.indexOf(first + id.slice(1, -1));
  return {
    tidOf: (index) => idOf(index, 0),
    indexOf: (tid) => (isId(tid) && tid.endsWith('0') ? orderOf(tid) : undefined),
    oidOf: ({ order, line }, lines) => idOf(order, lines === 1 ? 0 : line + 1),
    lineOf(oid) {
      const order = isId(oid) ? orderOf(oid) : undefined;
      return order === undefined ? undefined : { order, line: Math.max(0, Number(oid.slice(-1)) - 1) };
    },
  };
}
