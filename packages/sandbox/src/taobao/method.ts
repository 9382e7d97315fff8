import type { Faults } from '../edge/faults.ts';
import { skusOf, type SkuContent } from '../shops/product-content.ts';
import type { ProductRow } from '../shops/product-rows.ts';
import type { TimeWindow } from '../shops/rows.ts';
import type { Shop } from '../shops/shops.ts';
import type { Slice } from '../shops/time-list.ts';
import type { World } from '../world.ts';
import { parseGmt8 } from './gmt8.ts';
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
  /** How the text that `run` answers becomes bytes; in latin1 each character is one, as `utf8` writes them. */
  encoding?: 'latin1';
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

/** A time written in full, or the platform's parameter error. */
function moment(params: Params, name: string, fallback: number): number {
  const text = params.get(name) ?? '';
  const seconds = text === '' ? fallback : parseGmt8(text);
  if (seconds === undefined) throw new Refused(invalidArgument(name, '格式应为 yyyy-MM-dd HH:mm:ss'));
  return seconds;
}

/** The window two parameters name; an end that is not given is open. */
export function windowOf(params: Params, start: string, end: string): TimeWindow {
  const window = { from: moment(params, start, 0), to: moment(params, end, 0xffff_ffff) };
  if (window.from > window.to) throw new Refused(invalidArgument(start, `晚于 ${end}`));
  return window;
}

/** One of the values a parameter may have; undefined when it is not given. */
export function oneOf<T extends string>(params: Params, name: string, values: readonly T[]): T | undefined {
  const value = params.get(name);
  if (!value) return undefined;
  if (!(values as readonly string[]).includes(value))
    throw new Refused(invalidArgument(name, `应为 ${values.join('、')}`));
  return value as T;
}

/** Newest first, one page: with its total, or with `use_has_next` only whether there is another. */
export function paged<R>(
  { params }: TopCall,
  slice: Slice<R>,
  { size, number }: { size: number; number: number },
  write: (rows: R[]) => string,
): string {
  const hasNext = oneOf(params, 'use_has_next', ['true', 'false']) === 'true';
  const list = write(slice.page((number - 1) * size, size, true));
  const told = hasNext ? `"has_next":${number * size < slice.total}` : `"total_results":${slice.total}`;
  return list === '' ? told : `${told},${list}`;
}

/** Ids are signed 64-bit numbers. */
const MAX_ID = 2n ** 63n - 1n;
const isId = (text: string): boolean => /^\d{1,19}$/.test(text) && BigInt(text) <= MAX_ID;

/** Ids given as a comma list, refused when one is no number or there are too many. */
export function idList(params: Params, name: string, max: number): string[] {
  const ids = (params.get(name) ?? '').split(',');
  if (!ids.every(isId)) throw new Refused(invalidArgument(name, '应为数字'));
  if (ids.length > max) throw new Refused(invalidArgument(name, `最多 ${max} 个`));
  return ids;
}

export const nickOf = (shop: Shop): string => (shop.platform === 'tmall' ? `官方旗舰店${shop.id}` : `小店${shop.id}`);

export function itemOf(shop: Shop, row: ProductRow, faults: Faults): Item {
  let skus: SkuContent[] | undefined;
  return {
    row,
    nick: nickOf(shop),
    poisoned: faults.isPoisoned(row.id),
    skus: () => (skus ??= skusOf(row)),
    skuPoisoned: faults.isPoisoned,
  };
}
