import type { ProductRow } from '../shops/product-catalog.ts';
import {
  categoryOf,
  imagePathOf,
  outerIdOf,
  priceCentsOf,
  skusOf,
  stockOf,
  titleOf,
  type SkuContent,
} from '../shops/product-content.ts';
import { gmt8 } from './gmt8.ts';

/** A product on its way out, with what the shop adds to it. */
export interface Item {
  row: ProductRow;
  nick: string;
  poisoned: boolean;
}

/** Writes one field as `"name":value`. Generated texts hold nothing that JSON escapes. */
export type Writer<T> = (of: T, simplify: boolean) => string;

const COLOUR_PROPERTY = 1627207;
const SIZE_PROPERTY = 20509;
const WEEK_S = 7 * 86_400;

const yuan = (cents: number): string => (cents / 100).toFixed(2);
const picture = (row: ProductRow, n: number): string => `https://img.alicdn.com/${imagePathOf(row, n)}`;
const colourKey = (sku: SkuContent): string => `${COLOUR_PROPERTY}:${28320 + sku.colour}`;
const sizeKey = (sku: SkuContent): string => `${SIZE_PROPERTY}:${28383 + sku.size}`;

/** Lists stand in a wrapper of their own unless the call asked for the simple form. */
export const listOf = (outer: string, inner: string, entries: string[], simplify: boolean): string =>
  simplify ? `"${outer}":[${entries.join(',')}]` : `"${outer}":{"${inner}":[${entries.join(',')}]}`;

/** Fields of a row in the two lists. */
export const LIST_FIELDS: Record<string, Writer<Item>> = {
  num_iid: ({ row }) => `"num_iid":${row.id}`,
  title: ({ row }) => `"title":"${titleOf(row)}"`,
  nick: ({ nick }) => `"nick":${JSON.stringify(nick)}`,
  type: () => '"type":"fixed"',
  cid: ({ row }) => `"cid":${categoryOf(row)}`,
  pic_url: ({ row }) => `"pic_url":"${picture(row, 0)}"`,
  approve_status: ({ row }) => `"approve_status":"${row.onSale ? 'onsale' : 'instock'}"`,
  price: ({ row, poisoned }) => `"price":"${poisoned ? '面议' : yuan(priceCentsOf(row))}"`,
  num: ({ row }) => `"num":${stockOf(row)}`,
  outer_id: ({ row }) => `"outer_id":"${outerIdOf(row)}"`,
  modified: ({ row }) => `"modified":"${gmt8(row.modified)}"`,
  list_time: ({ row }) => `"list_time":"${gmt8(row.created)}"`,
  delist_time: ({ row }) => `"delist_time":"${gmt8(row.created + WEEK_S)}"`,
};

export interface SkuOf {
  row: ProductRow;
  sku: SkuContent;
}

export const SKU_FIELDS: Record<string, Writer<SkuOf>> = {
  sku_id: ({ row, sku }) => `"sku_id":${skuIdOf(row, sku)}`,
  num_iid: ({ row }) => `"num_iid":${row.id}`,
  properties: ({ sku }) => `"properties":"${colourKey(sku)};${sizeKey(sku)}"`,
  properties_name: ({ sku }) =>
    `"properties_name":"${colourKey(sku)}:颜色分类:${sku.colourName};${sizeKey(sku)}:尺码:${sku.sizeName}"`,
  quantity: ({ sku }) => `"quantity":${sku.stock}`,
  price: ({ sku }) => `"price":"${yuan(sku.priceCents)}"`,
  outer_id: ({ row, sku }) => `"outer_id":"${outerIdOf(row)}-${sku.sizeName}"`,
  status: () => '"status":"normal"',
  created: ({ row }) => `"created":"${gmt8(row.created)}"`,
  modified: ({ row }) => `"modified":"${gmt8(row.modified)}"`,
};

const NESTED_SKU = [
  'sku_id',
  'properties',
  'properties_name',
  'quantity',
  'price',
  'outer_id',
  'status',
  'modified',
].map((name) => SKU_FIELDS[name] as Writer<SkuOf>);

/** 19 digits: the product's id and the sku's number. */
const skuIdOf = (row: ProductRow, sku: SkuContent): string => `4${row.id.slice(1)}${sku.number}`;

export const writeAll = <T>(writers: Writer<T>[], of: T, simplify: boolean): string => {
  let text = '{';
  for (const write of writers) text += text === '{' ? write(of, simplify) : `,${write(of, simplify)}`;
  return `${text}}`;
};

const skus: Writer<Item> = ({ row }, simplify) =>
  listOf(
    'skus',
    'sku',
    skusOf(row).map((sku) => writeAll(NESTED_SKU, { row, sku }, simplify)),
    simplify,
  );

const itemImages: Writer<Item> = ({ row }, simplify) =>
  listOf(
    'item_imgs',
    'item_img',
    [0, 1].map((n) => `{"id":${row.id}${n},"url":"${picture(row, n)}","position":${n}}`),
    simplify,
  );

/** Fields of a product in full; the platform takes the singular of a list for its name too. */
export const DETAIL_FIELDS: Record<string, Writer<Item>> = {
  ...LIST_FIELDS,
  created: ({ row }) => `"created":"${gmt8(row.created)}"`,
  detail_url: ({ row }) => `"detail_url":"https://item.taobao.com/item.htm?id=${row.id}"`,
  skus,
  sku: skus,
  item_imgs: itemImages,
  item_img: itemImages,
};
