import { buyerOf, lineOf } from '../shops/order-content.ts';
import { contentOf, RATE_RESULTS, replyOf, resultOf } from '../shops/review-content.ts';
import type { LineContent } from '../shops/order-content.ts';
import type { ReviewRow } from '../shops/review-rows.ts';
import type { Shop } from '../shops/shops.ts';
import { fieldPlans } from './field-plan.ts';
import { gmt8 } from './gmt8.ts';
import { idList, nickOf, oneOf, paged, windowOf, wholeNumber, type Method, type SellerCall } from './method.ts';
import { listOf, writeAll, yuan, type Writer } from './writing.ts';

const DAY_S = 86_400;
const REACH_S = 180 * DAY_S;
const MAX_PAGE_SIZE = 150;
const MAX_PAGE = 200;

interface Rate {
  row: ReviewRow;
  line: LineContent;
  buyer: string;
  rated: string;
  poisoned: boolean;
}

const FIELDS: Record<string, Writer<Rate>> = {
  tid: ({ row }) => `"tid":${row.tid}`,
  oid: ({ row }) => `"oid":${row.id}`,
  num_iid: ({ line }) => `"num_iid":${line.productId}`,
  role: () => '"role":"buyer"',
  nick: ({ buyer }) => `"nick":"${buyer}"`,
  result: ({ row, poisoned }) => `"result":"${poisoned ? 'unknown' : resultOf(row)}"`,
  created: ({ row }) => `"created":"${gmt8(row.created)}"`,
  rated_nick: ({ rated }) => `"rated_nick":${JSON.stringify(rated)}`,
  item_title: ({ line }) => `"item_title":"${line.title}"`,
  item_price: ({ line }) => `"item_price":"${yuan(line.priceCents)}"`,
  content: ({ row }) => `"content":"${contentOf(row)}"`,
  reply: ({ row }) => {
    const reply = replyOf(row);
    return reply === undefined ? '' : `"reply":"${reply}"`;
  },
  valid_score: () => '"valid_score":true',
};

const plan = fieldPlans(FIELDS);

const lineReviewed = (shop: Shop, { of }: ReviewRow): LineContent =>
  lineOf({ seed: shop.rows.orders.seed, index: of.order, corrections: 0 }, of.line, shop.rows.goods());

/** What a call asks for among the reviews that buyers wrote; `tid` may be that of an order or of one line. */
function matcher({ params, shop }: SellerCall): ((row: ReviewRow) => boolean) | undefined {
  const result = oneOf(params, 'result', RATE_RESULTS);
  const [tid] = params.get('tid') ? idList(params, 'tid', 1) : [];
  const [item] = params.get('num_iid') ? idList(params, 'num_iid', 1) : [];
  if ((result ?? tid ?? item) === undefined) return undefined;
  return (row) =>
    (result === undefined || resultOf(row) === result) &&
    (tid === undefined || row.tid === tid || row.id === tid) &&
    (item === undefined || lineReviewed(shop, row).productId === item);
}

export const tradeRates: Record<string, Method> = {
  'taobao.traderates.get': {
    session: true,
    required: ['fields', 'rate_type', 'role'],
    optional: ['result', 'page_no', 'page_size', 'start_date', 'end_date', 'tid', 'num_iid', 'use_has_next'],
    run(call, { faults, clock }) {
      const { params, shop, simplify } = call;
      const writers = plan(params.get('fields') as string);
      const received = oneOf(params, 'rate_type', ['get', 'give']) === 'get';
      const byBuyers = oneOf(params, 'role', ['buyer', 'seller']) === 'buyer';
      const size = wholeNumber(params, 'page_size', 40, MAX_PAGE_SIZE);
      const number = wholeNumber(params, 'page_no', 1, MAX_PAGE);
      const { from, to } = windowOf(params, 'start_date', 'end_date');
      const reach = Math.max(from, Math.floor(clock.ms() / 1_000) - REACH_S);
      const matches = matcher(call);
      // Only buyers rate here, and only the shop: every other pair of sides has nothing.
      const found = shop.rows.reviews.list({ from: reach, to }, received && byBuyers ? matches : () => false);
      return paged(call, found, { size, number }, (rows) =>
        listOf(
          'trade_rates',
          'trade_rate',
          rows.map((row) => {
            const line = lineReviewed(shop, row);
            const buyer = buyerOf({ seed: shop.rows.orders.seed, index: row.of.order }).nick;
            const rate = { row, line, buyer, rated: nickOf(shop), poisoned: faults.isPoisoned(row.id) };
            return writeAll(writers, rate, simplify);
          }),
          simplify,
        ),
      );
    },
  },
};
