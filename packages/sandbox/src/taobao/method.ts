import type { Faults } from '../edge/faults.ts';
import type { ProductRow } from '../shops/product-catalog.ts';
import type { Shop } from '../shops/shops.ts';
import type { World } from '../world.ts';
import type { Item } from './item-fields.ts';
import type { Params } from './params.ts';
import { invalidArgument, Refused } from './refusals.ts';

/** A call whose common parameters hold. */
export interface TopCall {
  params: Params;
  app: string;
  simplify: boolean;
}

export interface SellerCall extends TopCall {
  shop: Shop;
}

interface MethodShape {
  required: readonly string[];
  optional?: readonly string[];
}

/** `run` answers the members of the response object as JSON text, or '' for none. */
export type Method =
  | (MethodShape & { session: true; run(call: SellerCall, world: World): string })
  | (MethodShape & { session: false; run(call: TopCall, world: World): string });

/** A whole number within its bounds, or the platform's parameter error. */
export function wholeNumber(params: Params, name: string, fallback: number, max: number): number {
  const text = params.get(name) ?? '';
  if (text === '') return fallback;
  const value = /^\d{1,9}$/.test(text) ? Number(text) : 0;
  if (value < 1 || value > max) throw new Refused(invalidArgument(name, `应为 1 到 ${max} 的整数`));
  return value;
}

/** Ids given as a comma list, refused when one is no number or there are too many. */
export function idList(params: Params, name: string, max: number): string[] {
  const ids = (params.get(name) ?? '').split(',');
  if (ids.some((id) => !/^\d{1,19}$/.test(id))) throw new Refused(invalidArgument(name, '应为数字'));
  if (ids.length > max) throw new Refused(invalidArgument(name, `最多 ${max} 个`));
  return ids;
}

export const nickOf = (shop: Shop): string => (shop.platform === 'tmall' ? `官方旗舰店${shop.id}` : `小店${shop.id}`);

export const itemOf = (shop: Shop, row: ProductRow, faults: Faults): Item => ({
  row,
  nick: nickOf(shop),
  poisoned: faults.isPoisoned(row.id),
});
