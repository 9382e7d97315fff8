import { describe, expect, test } from '@jest/globals';
import { parseLossless } from '../lossless.ts';
import type { JsonObject } from './answer.ts';
import { PRODUCT_READING, productRow } from './product-row.ts';

const RAW =
  '{"num_iid":712345678901234567,"title":"纯棉T恤","approve_status":"onsale","price":"59.00","num":120,"outer_id":"SPU-1","cid":50000671,' +
  '"pic_url":"https://img.example/1.jpg","modified":"2026-01-15 10:02:11",' +
  '"item_imgs":{"item_img":[{"id":1,"url":"https://img.example/1.jpg"},{"id":2,"url":"https://img.example/2.jpg"}]},' +
  '"skus":{"sku":[{"sku_id":5012345678901234567,"properties":"1627207:28341;20509:28314","properties_name":"1627207:28341:颜色:黑色;20509:28314:尺码:M",' +
  '"quantity":7,"price":"59.50","outer_id":"SKU-1-M","status":"normal"},{"sku_id":5,"status":"delete"}]}}';

const rowOf = (raw: string) => productRow(parseLossless(Buffer.from(raw)) as JsonObject, '712345678901234567');
const changed = (field: string, json: string | null) => {
  const row = JSON.parse(RAW.replaceAll(/:(\d{16,})/g, ':"$1"')) as JsonObject;
  if (json === null) delete row[field];
  else row[field] = JSON.parse(json);
  return rowOf(JSON.stringify(row));
};

test('whoever reads a product otherwise than before raises PRODUCT_READING, else stored ones stay as they were read', () => {
  expect({ [PRODUCT_READING]: rowOf(RAW).hash }).toEqual({ 1: 'LgiUBaDRP39Nse9LjPaVRb' });
});

describe('a product row', () => {
  test('is normalised field by field', () => {
    expect(rowOf(RAW)).toEqual({
      externalId: '712345678901234567',
      updatedAt: new Date('2026-01-15T02:02:11Z'),
      fields: {
        title: '纯棉T恤',
        status: 'on_sale',
        outer_id: 'SPU-1',
        price: { amount: '59.00', currency: 'CNY', minor: '5900' },
        stock: 120,
        images: ['https://img.example/1.jpg', 'https://img.example/2.jpg'],
        category_id: '50000671',
        skus: [
          {
            sku_id: '5012345678901234567',
            outer_id: 'SKU-1-M',
            properties: '颜色:黑色;尺码:M',
            price: { amount: '59.50', currency: 'CNY', minor: '5950' },
            stock: 7,
          },
        ],
      },
      hash: expect.stringMatching(/^[\w-]{22}$/),
      problem: null,
    });
  });

  test('needs neither a merchant code, nor a category, nor pictures, nor skus', () => {
    for (const field of ['outer_id', 'cid', 'pic_url', 'item_imgs', 'skus'])
      expect(changed(field, null).problem).toBeNull();
    expect(changed('skus', null).fields.skus).toEqual([]);
    expect(changed('outer_id', '""').fields.outer_id).toBeNull();
  });

  test.each([
    ['title', '" "', 'title'],
    ['title', null, 'title'],
    ['approve_status', '"gone"', 'status'],
    ['price', '"面议"', 'price'],
    ['price', '"-1.00"', 'price'],
    ['price', '"100000000.00"', 'price'],
    ['price', '{}', 'price'],
    ['num', '-1', 'stock'],
    ['num', '1.5', 'stock'],
    ['num', '"120"', 'stock'],
    ['num', null, 'stock'],
    ['modified', '"2026-13-01 00:00:00"', 'source_updated_at'],
    ['modified', null, 'source_updated_at'],
    ['cid', '"x"', 'category_id'],
    ['pic_url', '7', 'images'],
    ['item_imgs', '[]', 'images'],
    ['skus', '{"sku":[1]}', 'skus'],
    ['skus', '{"sku":[{"sku_id":1,"price":"1.00","quantity":-1}]}', 'skus.0.stock'],
    ['skus', '{"sku":[{"sku_id":"","price":"1.00","quantity":1}]}', 'skus.0.sku_id'],
  ])('with %s %s keeps its id and names the field', (field, json, path) => {
    const row = changed(field, json);
    expect(row.externalId).toBe('712345678901234567');
    expect(row.problem).toMatchObject({ field: path, message: expect.stringContaining(path) });
  });

  test('in another currency is told by its problem', () => {
    expect(changed('currency', '"CNY"').problem).toBeNull();
    expect(changed('currency', '"USD"').problem).toMatchObject({ code: 'INVALID_FIELD', field: 'currency' });
  });

  test('is another one when its time is, and the same whatever else the platform says', () => {
    expect(changed('modified', '"2026-01-15 10:02:12"').hash).not.toBe(rowOf(RAW).hash);
    expect(changed('list_time', '"2026-01-15 10:02:12"').hash).toBe(rowOf(RAW).hash);
  });
});
