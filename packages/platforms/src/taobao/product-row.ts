import { hash } from 'node:crypto';
import type { RowProblem, SourceRow } from '../adapter.ts';
import type { ProductFields, ProductSku, ProductStatus } from '../record-fields.ts';
import { isObject, type JsonObject } from './answer.ts';
import { idText, isAbsent, money, stock, time, words } from './fields.ts';

/** What the details are asked for. Skus and pictures are named in the singular here, and come back as `skus`, `item_imgs`. */
export const DETAIL_FIELDS =
  'num_iid,title,approve_status,price,num,outer_id,cid,pic_url,modified,list_time,delist_time,item_img,sku';

/** Part of every hash: raise it when rows are to be normalised anew. */
const SHAPE = '1';

const STATUS: Record<string, ProductStatus> = { onsale: 'on_sale', instock: 'off_sale' };

/** A row of the details by its own text; `id` is its `num_iid`. The first invalid field becomes its problem. */
export function productRow(row: JsonObject, id: string, raw: string): SourceRow<ProductFields> {
  const reader = rowReader();
  const { required, optional } = reader;
  const updatedAt = required('source_updated_at', row.modified, time);
  const fields: ProductFields = {
    title: required('title', row.title, words),
    status: required('status', row.approve_status, (value) => STATUS[String(value)] ?? null),
    outer_id: optional('outer_id', row.outer_id, words),
    price: required('price', row.price, money),
    stock: required('stock', row.num, stock),
    images: images(row, reader),
    category_id: optional('category_id', row.cid, idText),
    skus: skus(row, reader),
  };
  return { externalId: id, updatedAt, fields, raw, hash: rowHash(raw), problem: reader.problem() };
}

/** A row that says not even which product it is: of a list (`id` null), or in place of the product `id` that was asked for. */
export function namelessRow(id: string | null, raw: string): SourceRow {
  const digest = rowHash(raw);
  return {
    externalId: id ?? `?${digest}`,
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
    raw,
    hash: digest,
    problem: { code: 'MISSING_ID', field: 'external_id', message: '平台返回的商品缺少有效的商品ID（num_iid）' },
  };
}

/** 132 bits are plenty to tell two states of one row apart. */
const rowHash = (raw: string): string => hash('sha256', SHAPE + raw, 'base64url').slice(0, 22);

type Reader = ReturnType<typeof rowReader>;

/** Reads fields and keeps the first problem. */
function rowReader() {
  let first: RowProblem | null = null;
  function report(field: string, value: unknown): null {
    const missing = isAbsent(value);
    const shown = JSON.stringify(value)?.slice(0, 60);
    first ??= {
      code: missing ? 'MISSING_FIELD' : 'INVALID_FIELD',
      field,
      message: missing ? `字段 ${field} 缺失` : `字段 ${field} 的值无效：${shown}`,
    };
    return null;
  }
  const required = <T>(field: string, value: unknown, read: (value: unknown) => T | null): T | null =>
    read(value) ?? report(field, value);
  return {
    required,
    optional: <T>(field: string, value: unknown, read: (value: unknown) => T | null): T | null =>
      isAbsent(value) ? null : required(field, value, read),
    report,
    problem: () => first,
  };
}

/** `{ <wrapper>: [ … ] }`; a missing wrapper or list is an empty one. */
function wrapped(field: string, value: unknown, key: string, { report }: Reader): JsonObject[] {
  if (isAbsent(value)) return [];
  const list = isObject(value) ? (value[key] ?? []) : null;
  if (Array.isArray(list) && list.every(isObject)) return list;
  report(field, value);
  return [];
}

function images(row: JsonObject, reader: Reader): string[] {
  const urls = [row.pic_url, ...wrapped('images', row.item_imgs, 'item_img', reader).map((image) => image.url)];
  const read = urls.map((url) => reader.optional('images', url, words)).filter((url) => url !== null);
  return [...new Set(read)];
}

function skus(row: JsonObject, reader: Reader): ProductSku[] {
  const { required, optional } = reader;
  return wrapped('skus', row.skus, 'sku', reader)
    .filter((sku) => sku.status !== 'delete')
    .map((sku, index) => ({
      sku_id: required(`skus.${index}.sku_id`, sku.sku_id, idText),
      outer_id: optional(`skus.${index}.outer_id`, sku.outer_id, words),
      properties: propertiesOf(sku),
      price: required(`skus.${index}.price`, sku.price, money),
      stock: required(`skus.${index}.stock`, sku.quantity, stock),
    }));
}

/** `1627207:28341:颜色:黑色;20509:28314:尺码:M` → `颜色:黑色;尺码:M`; without names the ids as they are. */
function propertiesOf({ properties_name: named, properties }: JsonObject): string | null {
  if (typeof named === 'string' && named !== '') {
    return named
      .split(';')
      .map((pair) => pair.replace(/^\d+:-?\d+:/, ''))
      .join(';');
  }
  return words(properties);
}
