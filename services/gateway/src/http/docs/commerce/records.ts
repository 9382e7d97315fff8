import { fault, type Operation } from '../operation.ts';
import { orNull, text } from '../shapes.ts';
import { noConnector } from './connectors.ts';
import { answer, envelope, page, pageOf } from './envelope.ts';

const times = { source_updated_at: '2026-03-14T09:00:00Z', synced_at: '2026-03-14T10:30:06Z', deleted_at: null };
const yuan = (amount: string) => ({ amount, currency: 'CNY', minor: amount.replace('.', '') });

/** Fields as `…/products` and the others answer them. */
export const RECORDS = {
  products: {
    schema: 'Product',
    fields: {
      title: '智能手机',
      status: 'on_sale',
      outer_id: 'SM-2023-Pro',
      price: yuan('3999.00'),
      stock: 100,
      images: ['https://cdn.com/img1.jpg', 'https://cdn.com/img2.jpg'],
      category_id: '50012286',
      skus: [
        {
          sku_id: '9007199254740995',
          outer_id: 'SM-2023-Pro-BLK',
          properties: '颜色:黑色',
          price: yuan('3999.00'),
          stock: 100,
        },
      ],
    },
  },
  orders: {
    schema: 'Order',
    fields: {
      status: 'paid',
      platform_status: 'WAIT_SELLER_SEND_GOODS',
      total: yuan('3999.00'),
      paid: yuan('3999.00'),
      items: [
        {
          product_id: '9007199254740993',
          sku_id: '9007199254740995',
          title: '智能手机',
          quantity: 1,
          price: yuan('3999.00'),
        },
      ],
      created_at: '2026-03-14T08:58:00Z',
      paid_at: '2026-03-14T09:00:00Z',
      receiver: { name: '张**', phone: '138****0000', address: '浙江省杭州市****' },
    },
  },
  inventory: {
    schema: 'InventoryRow',
    fields: {
      product_id: '9007199254740993',
      sku_id: '9007199254740995',
      outer_id: 'SM-2023-Pro-BLK',
      quantity: 100,
      reserved: 2,
    },
  },
  reviews: {
    schema: 'Review',
    fields: {
      product_id: '9007199254740993',
      order_id: '9007199254740997',
      rating: 5,
      content: '很好用',
      replied: false,
    },
  },
  livestream: {
    schema: 'Livestream',
    fields: {
      title: '新品首发',
      started_at: '2026-03-14T08:00:00Z',
      ended_at: null,
      viewers: 1200,
      sales: yuan('19995.00'),
    },
  },
};

const nextCursor = orNull(text({ description: 'Give it as `cursor` to go on; null at the end.' }));

const operationOf = (entity: string, { schema, fields }: { schema: string; fields: object }): Operation => ({
  id: `list${schema}s`,
  tag: 'Records',
  summary: `List the synced ${entity}`,
  description:
    'In the order of ids: by page, or by `cursor`, which nothing slips past while rows come and go. Also after the connector was deleted.',
  answer: {
    status: 200,
    description: 'One page of records.',
    schema: envelope(pageOf(schema, { next_cursor: nextCursor })),
    examples: {
      one: answer(page([{ external_id: '9007199254740993', ...fields, ...times }], { next_cursor: null })),
    },
    headers: ['link'],
  },
  refusals: [noConnector, fault('cursor', '游标无效', 'The cursor is not one we gave.')],
});

export const recordOperations: Record<string, Operation> = Object.fromEntries(
  Object.entries(RECORDS).map(([entity, sample]) => [
    `GET /api/v1/connectors/:connector_id/${entity}`,
    operationOf(entity, sample),
  ]),
);
