import { expect } from '@jest/globals';
import type { SyncType } from '../../src/e2e/syncs.ts';
import { chinese, time } from './expected.ts';

const money = {
  amount: expect.stringMatching(/^\d+\.\d\d$/),
  currency: 'CNY',
  minor: expect.stringMatching(/^\d+$/),
};
/** The platforms' ids do not fit a number. */
const bigId = expect.stringMatching(/^\d{16,}$/);
const whole = expect.any(Number);

// oxlint-disable-next-line typescript/no-explicit-any -- as it came, any field of it
type Row = any;

const orNull = (value: unknown, shape: unknown): unknown => (value === null ? null : shape);

const skuShape = {
  sku_id: bigId,
  outer_id: expect.any(String),
  properties: expect.stringContaining(':'),
  price: money,
  stock: whole,
};

const itemShape = (item: Row) => ({
  product_id: bigId,
  sku_id: orNull(item.sku_id, bigId),
  title: chinese,
  quantity: whole,
  price: money,
});

/** The normalised fields of a record, by its kind; a field may be null only where the platform has none. */
const FIELDS: Record<SyncType, (row: Row) => object> = {
  products: (row) => ({
    title: chinese,
    status: expect.stringMatching(/^(on_sale|off_sale)$/),
    outer_id: expect.any(String),
    price: money,
    stock: whole,
    images: expect.arrayContaining([expect.stringMatching(/^https:/)]),
    category_id: expect.any(String),
    skus: row.skus.map(() => skuShape),
  }),
  orders: (row) => ({
    status: expect.stringMatching(/^(unpaid|paid|shipped|finished|closed|refunding)$/),
    platform_status: expect.stringMatching(/^[A-Z_]+$/),
    total: money,
    paid: orNull(row.paid_at, money),
    items: row.items.map(itemShape),
    created_at: time,
    paid_at: orNull(row.paid_at, time),
    receiver: {
      name: expect.stringContaining('*'),
      phone: expect.stringContaining('*'),
      address: expect.stringContaining('*'),
    },
  }),
  inventory: (row) => ({
    product_id: bigId,
    sku_id: row.external_id === row.product_id ? null : row.external_id,
    outer_id: expect.any(String),
    quantity: whole,
    reserved: whole,
  }),
  reviews: () => ({
    product_id: bigId,
    order_id: bigId,
    rating: expect.any(Number),
    content: chinese,
    replied: expect.any(Boolean),
  }),
};

/** Every field of a record that lives, none missing, none that is not named. */
export function expectRecord(type: SyncType, row: Row): void {
  const { raw: _raw, ...fields } = row;
  expect(fields).toEqual({
    external_id: bigId,
    ...FIELDS[type](row),
    source_updated_at: time,
    synced_at: time,
    deleted_at: null,
  });
}
