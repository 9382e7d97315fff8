import { linesOf } from '../shops/order-content.ts';
import { TRADE_STATUSES, type TradeStatus } from '../shops/order-cycle.ts';
import type { OrderRow } from '../shops/order-rows.ts';
import type { TimeWindow } from '../shops/rows.ts';
import type { World } from '../world.ts';
import { fieldPlans } from './field-plan.ts';
import { idList, nickOf, oneOf, paged, windowOf, wholeNumber, type Method, type SellerCall } from './method.ts';
import { invalidArgument, Refused, REFUSALS } from './refusals.ts';
import { LINE_FIELDS, TRADE_FIELDS, type Trade } from './trade-fields.ts';
import { listOf, writeAll, type Writer } from './writing.ts';

const DAY_S = 86_400;
/** Three months at their longest. */
const REACH_S = 92 * DAY_S;
const MAX_PAGE_SIZE = 100;
const TRADE_TYPES = ['fixed', 'auction', 'guarantee_trade', 'auto_delivery', 'independent_simple_trade', 'ec', 'cod'];
const MANY: Record<string, readonly TradeStatus[]> = {
  ALL_WAIT_PAY: ['WAIT_BUYER_PAY', 'TRADE_NO_CREATE_PAY'],
  ALL_CLOSED: ['TRADE_CLOSED', 'TRADE_CLOSED_BY_TAOBAO'],
};

const lineFields = fieldPlans(LINE_FIELDS);
const fields = fieldPlans({
  ...TRADE_FIELDS,
  orders: ordersOf(Object.values(LINE_FIELDS)),
  ...Object.fromEntries(Object.keys(LINE_FIELDS).map((name) => [`orders.${name}`, () => ''])),
});

function ordersOf(writers: Writer<{ trade: Trade; line: Trade['lines'][number] }>[]): Writer<Trade> {
  return (trade, simplify) =>
    listOf(
      'orders',
      'order',
      trade.lines.map((line) => writeAll(writers, { trade, line }, simplify)),
      simplify,
    );
}

/** Reads `fields`, in which lines may be asked for in full (`orders`) or by their fields (`orders.oid`). */
function tradePlan(text: string): Writer<Trade>[] {
  const writers = fields(text);
  const names = text.split(',').map((name) => name.trim());
  const single = names.flatMap((name) => (name.startsWith('orders.') ? [name.slice('orders.'.length)] : []));
  return single.length === 0 || names.includes('orders')
    ? writers
    : [...writers, ordersOf(lineFields(single.join(',')))];
}

function tradeOf({ shop }: SellerCall, row: OrderRow, { faults }: World): Trade {
  return {
    row,
    lines: linesOf(row, shop.rows.goods()),
    ids: shop.rows.orders.ids,
    sellerNick: nickOf(shop),
    sellerType: shop.platform === 'tmall' ? 'B' : 'C',
    poisoned: faults.isPoisoned(row.id),
  };
}

function matcher(params: SellerCall['params']): ((row: OrderRow) => boolean) | undefined {
  const types = (params.get('type') ?? '').split(',').filter((type) => type !== '');
  const odd = types.find((type) => !TRADE_TYPES.includes(type));
  if (odd !== undefined) throw new Refused(invalidArgument('type', `未知类型 ${odd}`));
  const status = oneOf(params, 'status', [...TRADE_STATUSES, ...Object.keys(MANY)]);
  const statuses: readonly string[] | undefined = status === undefined ? undefined : (MANY[status] ?? [status]);
  if (types.length > 0 && !types.includes('fixed')) return () => false;
  return statuses && ((row) => statuses.includes(row.status));
}

/** The platform shows no order, and takes no window, older than three months. */
function reachable(window: TimeWindow, start: string, { params }: SellerCall, { clock }: World): TimeWindow {
  const oldest = Math.floor(clock.ms() / 1_000) - REACH_S;
  if (params.get(start) && window.from < oldest) throw new Refused(invalidArgument(start, '仅支持查询三个月内的订单'));
  return { from: Math.max(oldest, window.from), to: window.to };
}

function page(call: SellerCall, world: World, by: 'created' | 'modified'): string {
  const { params, shop, simplify } = call;
  const writers = tradePlan(params.get('fields') as string);
  const size = wholeNumber(params, 'page_size', 40, MAX_PAGE_SIZE);
  const number = wholeNumber(params, 'page_no', 1, 999_999);
  const window = windowOf(params, `start_${by}`, `end_${by}`);
  if (by === 'modified' && window.to - window.from > DAY_S)
    throw new Refused(invalidArgument('end_modified', '与 start_modified 的间隔不能超过一天'));
  const within = reachable(window, `start_${by}`, call, world);
  return paged(call, shop.rows.orders.list(by, within, matcher(params)), { size, number }, (rows) =>
    listOf(
      'trades',
      'trade',
      rows.map((row) => writeAll(writers, tradeOf(call, row, world), simplify)),
      simplify,
    ),
  );
}

const PAGING = ['type', 'status', 'page_no', 'page_size', 'use_has_next'];

export const trades: Record<string, Method> = {
  'taobao.trades.sold.get': {
    session: true,
    required: ['fields'],
    optional: [...PAGING, 'start_created', 'end_created'],
    run: (call, world) => page(call, world, 'created'),
  },

  'taobao.trades.sold.increment.get': {
    session: true,
    required: ['fields', 'start_modified', 'end_modified'],
    optional: PAGING,
    run: (call, world) => page(call, world, 'modified'),
  },

  'taobao.trade.fullinfo.get': {
    session: true,
    required: ['fields', 'tid'],
    run(call, world) {
      const { params, shop, simplify } = call;
      const writers = tradePlan(params.get('fields') as string);
      const row = shop.rows.orders.find(idList(params, 'tid', 1)[0] as string);
      if (row === undefined) throw new Refused(REFUSALS.tradeUnknown);
      return `"trade":${writeAll(writers, tradeOf(call, row, world), simplify)}`;
    },
  },
};
