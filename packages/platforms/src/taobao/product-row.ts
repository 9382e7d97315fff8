import type { RowProblem, SourceRow } from '../adapter.ts';
import type { ProductFields, ProductSku, ProductStatus } from '../record-fields.ts';
import { rowHash } from '../row-hash.ts';
import type { JsonObject } from './answer.ts';
import { idText, money, stock, time, words } from './fields.ts';
import { RowReader } from './row-reader.ts';

/** What the details are asked for. Skus and pictures are named in the singular here, and come back as `skus`, `item_imgs`. */
export const PRODUCT_FIELDS = 'num_iid,title,approve_status,price,num,outer_id,cid,pic_url,modified,item_img,sku';

/** To be raised with every change of how a product is read: else rows that came as before keep what was read of them then. */
export const PRODUCT_READING = 1;

const STATUS: Record<string, ProductStatus> = { onsale: 'on_sale', instock: 'off_sale' };

const status = (value: unknown): ProductStatus | null => (typeof value === 'string' ? (STATUS[value] ?? null) : null);

/** A row of the details; `id` is its `num_iid`. The first invalid field becomes its problem. */
export function productRow(row: JsonObject, id: string): SourceRow<ProductFields> {
  const reader = new RowReader();
  reader.yuanOnly(row);
  const updatedAt = reader.required('source_updated_at', row.modified, time);
  const fields: ProductFields = {
    title: reader.required('title', row.title, words),
    status: reader.required('status', row.approve_status, status),
    outer_id: reader.optional('outer_id', row.outer_id, words),
    price: reader.required('price', row.price, money),
    stock: reader.required('stock', row.num, stock),
    images: images(row, reader),
    category_id: reader.optional('category_id', row.cid, idText),
    skus: skus(row, reader),
  };
  return {
    externalId: id,
    updatedAt,
    fields,
    // Of most rows nobody asks for it.
    get hash() {
      return rowHash(fields, updatedAt);
    },
    problem: reader.problem,
  };
}

/** In place of a product that cannot be read at all. */
export const unreadableProduct = (id: string, problem: RowProblem): SourceRow<ProductFields> => ({
  externalId: id,
  updatedAt: null,
  fields: {
    title: null,
    status: null,
    outer_id: null,
    price: null,
    stock: null,
    images: [],
    category_id: null,
    skus: [],
  },
  hash: '',
  problem,
});

function images(row: JsonObject, reader: RowReader): string[] {
  const urls: string[] = [];
  const add = (value: unknown) => {
    const url = reader.optional('images', value, words);
    if (url !== null && !urls.includes(url)) urls.push(url);
  };
  add(row.pic_url);
  for (const image of reader.wrapped('images', row.item_imgs, 'item_img')) add(image.url);
  return urls;
}

/** The skus that a row still has. */
export const livingSkus = (row: JsonObject, reader: RowReader): JsonObject[] =>
  reader.wrapped('skus', row.skus, 'sku').filter((sku) => sku.status !== 'delete');

const skus = (row: JsonObject, reader: RowReader): ProductSku[] =>
  livingSkus(row, reader).map((sku, index) => ({
    sku_id: reader.required(`skus.${index}.sku_id`, sku.sku_id, idText),
    outer_id: reader.optional(`skus.${index}.outer_id`, sku.outer_id, words),
    properties: propertiesOf(sku),
    price: reader.required(`skus.${index}.price`, sku.price, money),
    stock: reader.required(`skus.${index}.stock`, sku.quantity, stock),
  }));

/** `1627207:28341:颜色:黑色;20509:28314:尺码:M` → `颜色:黑色;尺码:M`; without names the ids as they are. */
function propertiesOf({ properties_name: named, properties }: JsonObject): string | null {
  if (typeof named === 'string' && named !== '') return named.replaceAll(/(?<=^|;)\d+:-?\d+:/g, '');
  return words(properties);
}
