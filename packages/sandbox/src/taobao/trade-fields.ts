import { buyerOf, receiverOf, totalOf, type LineContent } from '../shops/order-content.ts';
import type { OrderIds } from '../shops/order-ids.ts';
import type { OrderRow } from '../shops/order-rows.ts';
import { gmt8 } from './gmt8.ts';
import { yuan, type Writer } from './writing.ts';

/** An order on its way out. */
export interface Trade {
  row: OrderRow;
  lines: readonly LineContent[];
  ids: OrderIds;
  sellerNick: string;
  sellerType: 'B' | 'C';
  poisoned: boolean;
}

export interface TradeLine {
  trade: Trade;
  line: LineContent;
}

const text =
  <T>(name: string, of: (value: T) => string): Writer<T> =>
  (value) =>
    `"${name}":"${of(value)}"`;
const time = (name: string, of: (row: OrderRow) => number | undefined): Writer<Trade> => {
  return ({ row }) => {
    const seconds = of(row);
    return seconds === undefined ? '' : `"${name}":"${gmt8(seconds)}"`;
  };
};
/** Fields the platform knows and leaves out where they say nothing. */
const absent = (...names: string[]) => Object.fromEntries(names.map((name) => [name, () => '']));

const picture = (line: LineContent) => `https://img.alicdn.com/${line.imagePath}`;
const total = ({ lines }: Trade) => yuan(totalOf(lines));
const pieces = ({ lines }: Trade) => lines.reduce((sum, line) => sum + line.num, 0);
const isRated = ({ row }: Trade) => row.status === 'TRADE_FINISHED';

/** Fields of an order but its lines. */
export const TRADE_FIELDS: Record<string, Writer<Trade>> = {
  tid: ({ row }) => `"tid":${row.id}`,
  tid_str: text('tid_str', ({ row }) => row.id),
  status: text('status', ({ row }) => row.status),
  type: text('type', () => 'fixed'),
  title: text('title', ({ sellerNick }) => sellerNick),
  payment: text('payment', (trade) => (trade.poisoned ? '面议' : total(trade))),
  total_fee: text('total_fee', total),
  post_fee: text('post_fee', () => '0.00'),
  discount_fee: text('discount_fee', () => '0.00'),
  adjust_fee: text('adjust_fee', () => '0.00'),
  received_payment: text('received_payment', (trade) => (isRated(trade) ? total(trade) : '0.00')),
  num: (trade) => `"num":${pieces(trade)}`,
  num_iid: ({ lines }) => `"num_iid":${lines[0]?.productId ?? 0}`,
  price: text('price', ({ lines }) => yuan(lines[0]?.priceCents ?? 0)),
  pic_path: text('pic_path', ({ lines }) => (lines[0] === undefined ? '' : picture(lines[0]))),
  created: time('created', (row) => row.created),
  modified: time('modified', (row) => row.modified),
  pay_time: time('pay_time', (row) => row.paidAt),
  consign_time: time('consign_time', (row) => row.consignedAt),
  end_time: time('end_time', (row) => row.endedAt),
  seller_nick: text('seller_nick', ({ sellerNick }) => sellerNick),
  seller_rate: () => '"seller_rate":false',
  seller_flag: () => '"seller_flag":0',
  buyer_nick: text('buyer_nick', ({ row }) => buyerOf(row).nick),
  buyer_open_uid: text('buyer_open_uid', ({ row }) => buyerOf(row).openUid),
  buyer_rate: (trade) => `"buyer_rate":${isRated(trade)}`,
  oaid: text('oaid', ({ row }) => buyerOf(row).oaid),
  receiver_name: text('receiver_name', ({ row }) => receiverOf(row).name),
  receiver_mobile: text('receiver_mobile', ({ row }) => receiverOf(row).mobile),
  receiver_country: text('receiver_country', () => ''),
  receiver_state: text('receiver_state', ({ row }) => receiverOf(row).state),
  receiver_city: text('receiver_city', ({ row }) => receiverOf(row).city),
  receiver_district: text('receiver_district', ({ row }) => receiverOf(row).district),
  receiver_address: text('receiver_address', ({ row }) => receiverOf(row).address),
  receiver_zip: text('receiver_zip', () => '000000'),
  shipping_type: text('shipping_type', () => 'express'),
  trade_from: text('trade_from', () => 'WAP,WAP'),
  has_buyer_message: () => '"has_buyer_message":false',
  ...absent(
    'receiver_phone',
    'receiver_town',
    'buyer_memo',
    'buyer_message',
    'seller_memo',
    'buyer_email',
    'buyer_area',
  ),
  ...absent('alipay_no', 'alipay_id', 'promotion_details', 'service_orders', 'step_trade_status', 'step_paid_fee'),
  ...absent(
    'timeout_action_time',
    'credit_card_fee',
    'cod_fee',
    'cod_status',
    'commission_fee',
    'coupon_fee',
    'mark_desc',
  ),
};

/** What the platform calls the refund of a line. */
function refundStatus({ trade: { row }, line }: TradeLine): string {
  if (row.status === 'TRADE_CLOSED') return 'SUCCESS';
  return row.refund && line.line === 0 && row.status === 'WAIT_SELLER_SEND_GOODS' ? 'WAIT_SELLER_AGREE' : 'NO_REFUND';
}

function lineStatus({ trade: { row }, line }: TradeLine): string {
  if (row.status !== 'SELLER_CONSIGNED_PART') return row.status;
  return line.line === 0 ? 'WAIT_BUYER_CONFIRM_GOODS' : 'WAIT_SELLER_SEND_GOODS';
}

const oidOf = ({ trade: { row, ids }, line }: TradeLine) => ids.oidOf({ order: row.index, line: line.line }, row.lines);
const lineTotal = ({ line }: TradeLine) => yuan(line.totalCents);

/** Fields of one line; asked for as `orders` in full or one by one as `orders.name`. */
export const LINE_FIELDS: Record<string, Writer<TradeLine>> = {
  oid: (of) => `"oid":${oidOf(of)}`,
  oid_str: text('oid_str', oidOf),
  num_iid: ({ line }) => `"num_iid":${line.productId}`,
  sku_id: ({ line }) => (line.skuId === undefined ? '' : `"sku_id":"${line.skuId}"`),
  outer_iid: text('outer_iid', ({ line }) => line.outerId),
  outer_sku_id: ({ line }) => (line.outerSkuId === undefined ? '' : `"outer_sku_id":"${line.outerSkuId}"`),
  title: text('title', ({ line }) => line.title),
  pic_path: text('pic_path', ({ line }) => picture(line)),
  num: ({ line }) => `"num":${line.num}`,
  price: text('price', ({ line }) => yuan(line.priceCents)),
  total_fee: text('total_fee', lineTotal),
  payment: text('payment', lineTotal),
  divide_order_fee: text('divide_order_fee', lineTotal),
  discount_fee: text('discount_fee', () => '0.00'),
  adjust_fee: text('adjust_fee', () => '0.00'),
  status: text('status', lineStatus),
  refund_status: text('refund_status', refundStatus),
  seller_type: text('seller_type', ({ trade }) => trade.sellerType),
  buyer_rate: ({ trade }) => `"buyer_rate":${isRated(trade)}`,
  seller_rate: () => '"seller_rate":false',
  ...absent(
    'refund_id',
    'sku_properties_name',
    'cid',
    'part_mjz_discount',
    'snapshot_url',
    'logistics_company',
    'invoice_no',
  ),
  ...absent('consign_time', 'end_time', 'timeout_action_time', 'order_from', 'store_code', 'is_oversold'),
};
