import {
  COLOURS,
  SIZES,
  categoryOf,
  imagePathOf,
  outerIdOf,
  outerSkuIdOf,
  pick,
  priceCentsOf,
  stockOf,
  titlesIn,
  type SkuContent,
} from '../shops/product-content.ts';
import type { ProductRow } from '../shops/product-rows.ts';
import { skuIdOf } from '../shops/skus.ts';
import { gmt8 } from './gmt8.ts';
import { listOf, utf8, writeAll, yuan, type Writer } from './writing.ts';

/** A product on its way out, with what the shop adds to it. */
export interface Item {
  row: ProductRow;
  nick: string;
  poisoned: boolean;
  skus(): readonly SkuContent[];
  skuPoisoned(id: string): boolean;
}

const WEEK_S = 7 * 86_400;

const titleInUtf8 = titlesIn(utf8);
const picture = (row: ProductRow, n: number): string => `https://img.alicdn.com/${imagePathOf(row, n)}`;

/** What makes a SKU, by the numbers of its colour and its size. */
const PROPERTIES = COLOURS.map((colourName, colour) =>
  SIZES.map((sizeName, size) => {
    const [colourKey, sizeKey] = [`1627207:${28320 + colour}`, `20509:${28383 + size}`];
    return {
      keys: `${colourKey};${sizeKey}`,
      names: utf8(`${colourKey}:颜色分类:${colourName};${sizeKey}:尺码:${sizeName}`),
    };
  }),
);
const propertiesOf = ({ colour, size }: SkuContent) => pick(pick(PROPERTIES, colour), size);

/** Fields of a row in the two lists. All texts here and below are in `utf8`. */
export const LIST_FIELDS: Record<string, Writer<Item>> = {
  num_iid: ({ row }) => `"num_iid":${row.id}`,
  title: ({ row }) => `"title":"${titleInUtf8(row)}"`,
  nick: ({ nick }) => `"nick":${utf8(JSON.stringify(nick))}`,
  type: () => '"type":"fixed"',
  cid: ({ row }) => `"cid":${categoryOf(row)}`,
  pic_url: ({ row }) => `"pic_url":"${picture(row, 0)}"`,
  approve_status: ({ row }) => `"approve_status":"${row.onSale ? 'onsale' : 'instock'}"`,
  price: ({ row, poisoned }) => `"price":"${poisoned ? utf8('面议') : yuan(priceCentsOf(row))}"`,
  num: (item) => `"num":${item.poisoned && item.row.plain ? -1 : stockOf(item.row, item.skus()).stock}`,
  outer_id: ({ row }) => `"outer_id":"${outerIdOf(row)}"`,
  modified: ({ row }) => `"modified":"${gmt8(row.modified)}"`,
  list_time: ({ row }) => `"list_time":"${gmt8(row.created)}"`,
  delist_time: ({ row }) => `"delist_time":"${gmt8(row.created + WEEK_S)}"`,
};

export interface SkuOf {
  row: ProductRow;
  sku: SkuContent;
  id: string;
  poisoned: boolean;
}

export const SKU_FIELDS: Record<string, Writer<SkuOf>> = {
  sku_id: ({ id }) => `"sku_id":${id}`,
  num_iid: ({ row }) => `"num_iid":${row.id}`,
  properties: ({ sku }) => `"properties":"${propertiesOf(sku).keys}"`,
  properties_name: ({ sku }) => `"properties_name":"${propertiesOf(sku).names}"`,
  quantity: ({ sku, poisoned }) => `"quantity":${poisoned ? -1 : sku.stock}`,
  with_hold_quantity: ({ sku }) => `"with_hold_quantity":${sku.withheld}`,
  price: ({ sku }) => `"price":"${yuan(sku.priceCents)}"`,
  outer_id: ({ row, sku }) => `"outer_id":"${outerSkuIdOf(row, sku.number)}"`,
  status: () => '"status":"normal"',
  created: ({ row }) => `"created":"${gmt8(row.created)}"`,
  modified: ({ sku }) => `"modified":"${gmt8(sku.modified)}"`,
};

const NESTED_SKU = [
  'sku_id',
  'properties',
  'properties_name',
  'quantity',
  'with_hold_quantity',
  'price',
  'outer_id',
  'status',
  'modified',
].map((name) => SKU_FIELDS[name] as Writer<SkuOf>);

export function skuText(writers: Writer<SkuOf>[], item: Item, sku: SkuContent, simplify: boolean): string {
  const id = skuIdOf(item.row.id, sku.number);
  return writeAll(writers, { row: item.row, sku, id, poisoned: item.skuPoisoned(id) }, simplify);
}

/** The SKUs of a product as texts, of the fields asked for. */
export const skuTexts = (writers: Writer<SkuOf>[], item: Item, simplify: boolean): string[] =>
  item.skus().map((sku) => skuText(writers, item, sku, simplify));

const skus: Writer<Item> = (item, simplify) => listOf('skus', 'sku', skuTexts(NESTED_SKU, item, simplify), simplify);

const image = (row: ProductRow, n: number): string => `{"id":${row.id}${n},"url":"${picture(row, n)}","position":${n}}`;

const itemImages: Writer<Item> = ({ row }, simplify) =>
  listOf('item_imgs', 'item_img', [image(row, 0), image(row, 1)], simplify);

/** Fields of a product in full; the platform takes the singular of a list for its name too. */
export const DETAIL_FIELDS: Record<string, Writer<Item>> = {
  ...LIST_FIELDS,
  created: ({ row }) => `"created":"${gmt8(row.created)}"`,
  with_hold_quantity: (item) => `"with_hold_quantity":${stockOf(item.row, item.skus()).withheld}`,
  detail_url: ({ row }) => `"detail_url":"https://item.taobao.com/item.htm?id=${row.id}"`,
  skus,
  sku: skus,
  item_imgs: itemImages,
  item_img: itemImages,
};
