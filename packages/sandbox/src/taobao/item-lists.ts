import { categoryOf, titleOf } from '../shops/product-content.ts';
import type { ProductRow } from '../shops/product-rows.ts';
import type { World } from '../world.ts';
import { fieldPlans } from './field-plan.ts';
import { LIST_FIELDS } from './item-fields.ts';
import { itemOf, oneOf, wholeNumber, windowOf, type Method, type SellerCall } from './method.ts';
import type { Params } from './params.ts';
import { invalidArgument, Refused } from './refusals.ts';
import { listOf, writeAll } from './writing.ts';

const MAX_PAGE_SIZE = 200;
/** The platform's pages contradict each other (20,000 or 100,000): the smaller is played. */
const MAX_ONSALE_ROWS = 20_000;
const MAX_INVENTORY_PAGE = 101;
const ORDERS = ['modified:desc', 'modified:asc'] as const;

const plan = fieldPlans(LIST_FIELDS);

function matcher(params: Params): ((row: ProductRow) => boolean) | undefined {
  const [q, cid] = [params.get('q'), params.get('cid')];
  if (!q && !cid) return undefined;
  return (row) => (!q || titleOf(row).includes(q)) && (!cid || String(categoryOf(row)) === cid);
}

function page({ params, shop, simplify }: SellerCall, { faults }: World, onSale: boolean): string {
  const writers = plan(params.get('fields') as string);
  const size = wholeNumber(params, 'page_size', 40, MAX_PAGE_SIZE);
  const number = wholeNumber(params, 'page_no', 1, onSale ? 999_999_999 : MAX_INVENTORY_PAGE);
  const newestFirst = oneOf(params, 'order_by', ORDERS) !== 'modified:asc';
  const window = windowOf(params, 'start_modified', 'end_modified');
  const offset = (number - 1) * size;
  if (onSale && offset >= MAX_ONSALE_ROWS) {
    throw new Refused(invalidArgument('page_no', `最多可查询 ${MAX_ONSALE_ROWS} 条，请缩小时间范围`));
  }
  const count = onSale ? Math.min(size, MAX_ONSALE_ROWS - offset) : size;
  const slice = shop.rows.products.list(onSale, window, matcher(params));
  const rows = slice.page(offset, count, newestFirst);
  const total = `"total_results":${slice.total}`;
  if (rows.length === 0) return total;
  const texts = rows.map((row) => writeAll(writers, itemOf(shop, row, faults), simplify));
  return `${total},${listOf('items', 'item', texts, simplify)}`;
}

const listing = (onSale: boolean): Method => ({
  session: true,
  encoding: 'latin1',
  required: ['fields'],
  optional: ['q', 'cid', 'page_no', 'page_size', 'order_by', 'start_modified', 'end_modified'],
  run: (call, world) => page(call, world, onSale),
});

export const itemLists: Record<string, Method> = {
  'taobao.items.onsale.get': listing(true),
  'taobao.items.inventory.get': listing(false),
};
