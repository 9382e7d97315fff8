import type { RowProblem, SourceRow } from '../adapter.ts';
import type { OrderFields, OrderItem, OrderReceiver, OrderStatus } from '../record-fields.ts';
import { rowHash } from '../row-hash.ts';
import type { JsonObject } from './answer.ts';
import { idText, money, stock, time, words } from './fields.ts';
import { missingId, nameless, RowReader } from './row-reader.ts';

/** What lists and details are asked for; the lists tell all of it. */
export const ORDER_FIELDS =
  'tid,tid_str,status,payment,total_fee,created,pay_time,modified,orders,' +
  'receiver_name,receiver_mobile,receiver_state,receiver_city,receiver_district,receiver_address';

const STATUS: Record<string, OrderStatus> = {
  TRADE_NO_CREATE_PAY: 'unpaid',
  WAIT_BUYER_PAY: 'unpaid',
  PAY_PENDING: 'unpaid',
  WAIT_PRE_AUTH_CONFIRM: 'unpaid',
  PAID_FORBID_CONSIGN: 'paid',
  WAIT_SELLER_SEND_GOODS: 'paid',
  // Some of it is still to be sent.
  SELLER_CONSIGNED_PART: 'paid',
  WAIT_BUYER_CONFIRM_GOODS: 'shipped',
  TRADE_BUYER_SIGNED: 'shipped',
  TRADE_FINISHED: 'finished',
  TRADE_CLOSED: 'closed',
  TRADE_CLOSED_BY_TAOBAO: 'closed',
};

/** Of a part of an order, while its refund is under way. */
const REFUNDING = new Set([
  'WAIT_SELLER_AGREE',
  'WAIT_BUYER_RETURN_GOODS',
  'WAIT_SELLER_CONFIRM_GOODS',
  'SELLER_REFUSE_BUYER',
]);

const status = (value: unknown): OrderStatus | null => (typeof value === 'string' ? (STATUS[value] ?? null) : null);

/** The id of an answered trade, or a name for one without. */
export function listedOrder(row: JsonObject): { id: string; problem: RowProblem | null } {
  const id = idText(row.tid) ?? idText(row.tid_str);
  return id === null ? { id: nameless(row), problem: missingId('订单') } : { id, problem: null };
}

/** A trade as the lists and its details tell it; `id` is its `tid`. The first invalid field becomes its problem. */
export function orderRow(row: JsonObject, id: string): SourceRow<OrderFields> {
  const reader = new RowReader();
  reader.yuanOnly(row);
  const updatedAt = reader.required('source_updated_at', row.modified, time);
  const parts = reader.wrapped('items', row.orders, 'order');
  const paidAt = reader.optional('paid_at', row.pay_time, time);
  const payment = reader.required('paid', row.payment, money);
  const fields: OrderFields = {
    status: orderStatus(reader.required('status', row.status, status), parts),
    platform_status: words(row.status),
    total: reader.required('total', row.total_fee, money),
    // Before, `payment` is what is to be paid.
    paid: paidAt === null ? null : payment,
    items: parts.map((part, index) => itemOf(part, `items.${index}`, reader)),
    created_at: iso(reader.required('created_at', row.created, time)),
    paid_at: iso(paidAt),
    receiver: receiverOf(row, reader),
  };
  return { externalId: id, updatedAt, fields, hash: rowHash(fields, updatedAt), problem: reader.problem };
}

/** In place of an order that cannot be read at all. */
export const unreadableOrder = (id: string, problem: RowProblem): SourceRow<OrderFields> => ({
  externalId: id,
  updatedAt: null,
  fields: {
    status: null,
    platform_status: null,
    total: null,
    paid: null,
    items: [],
    created_at: null,
    paid_at: null,
    receiver: null,
  },
  hash: '',
  problem,
});

/** A closed trade stays closed, whatever is said of the refunds that closed it. */
const orderStatus = (trade: OrderStatus | null, parts: JsonObject[]): OrderStatus | null =>
  trade !== null && trade !== 'closed' && parts.some((part) => REFUNDING.has(String(part.refund_status)))
    ? 'refunding'
    : trade;

const itemOf = (part: JsonObject, path: string, reader: RowReader): OrderItem => ({
  product_id: reader.optional(`${path}.product_id`, part.num_iid, idText),
  sku_id: reader.optional(`${path}.sku_id`, part.sku_id, idText),
  title: reader.optional(`${path}.title`, part.title, words),
  quantity: reader.required(`${path}.quantity`, part.num, stock),
  price: reader.required(`${path}.price`, part.price, money),
});

/** Masked by the platform; null when it tells nothing. */
function receiverOf(row: JsonObject, reader: RowReader): OrderReceiver | null {
  const read = (path: string, value: unknown) => reader.optional(`receiver.${path}`, value, words);
  const name = read('name', row.receiver_name);
  const phone = read('phone', row.receiver_mobile);
  const parts = [row.receiver_state, row.receiver_city, row.receiver_district, row.receiver_address];
  const address = words(parts.map((part) => read('address', part) ?? '').join(''));
  return name === null && phone === null && address === null ? null : { name, phone, address };
}

/** To the second, as the platform tells it and every other time is shown. */
const iso = (at: Date | null): string | null => at?.toISOString().replace('.000Z', 'Z') ?? null;
