import Type, { type TSchema } from 'typebox';
import { choice, orNull, ref, text, time } from '../shapes.ts';

const record = (fields: Record<string, TSchema>) =>
  Type.Object({
    external_id: text({ description: 'The platform’s id, as a text.' }),
    ...fields,
    source_updated_at: orNull(time({ description: 'When the platform says it changed.' })),
    synced_at: time({ description: 'When we wrote it last.' }),
    deleted_at: orNull(time({ description: 'Set once the platform no longer has it.' })),
    raw: Type.Optional(Type.Unknown({ description: 'The platform’s own row.' })),
  });

const whole = () => orNull(Type.Integer());

/** Null where the platform has none. */
export const recordSchemas = {
  Money: Type.Object({
    amount: text({ description: 'A decimal number.' }),
    currency: text({ description: 'ISO 4217.' }),
    minor: text({ description: 'In the currency’s smallest unit.' }),
  }),
  Product: record({
    title: orNull(text()),
    status: orNull(choice(['on_sale', 'off_sale', 'deleted'])),
    outer_id: orNull(text({ description: 'The merchant’s own code.' })),
    price: orNull(ref('Money')),
    stock: whole(),
    images: Type.Array(text()),
    category_id: orNull(text()),
    skus: Type.Array(
      Type.Object({
        sku_id: orNull(text()),
        outer_id: orNull(text()),
        properties: orNull(text({ description: '`颜色:黑色;尺码:M`' })),
        price: orNull(ref('Money')),
        stock: whole(),
      }),
    ),
  }),
  Order: record({
    status: orNull(choice(['unpaid', 'paid', 'shipped', 'finished', 'closed', 'refunding'])),
    platform_status: orNull(text({ description: 'In the platform’s own words.' })),
    total: orNull(ref('Money')),
    paid: orNull(ref('Money')),
    items: Type.Array(
      Type.Object({
        product_id: orNull(text()),
        sku_id: orNull(text()),
        title: orNull(text()),
        quantity: whole(),
        price: orNull(ref('Money')),
      }),
    ),
    created_at: orNull(time()),
    paid_at: orNull(time()),
    receiver: orNull(Type.Record(Type.String(), orNull(text()), { description: 'Masked as the platform masks it.' })),
  }),
  InventoryRow: record({
    product_id: orNull(text()),
    sku_id: orNull(text()),
    outer_id: orNull(text()),
    quantity: whole(),
    reserved: whole(),
  }),
  Review: record({
    product_id: orNull(text()),
    order_id: orNull(text()),
    rating: orNull(Type.Number()),
    content: orNull(text()),
    replied: orNull(Type.Boolean()),
  }),
  Livestream: record({
    title: orNull(text()),
    started_at: orNull(time()),
    ended_at: orNull(time()),
    viewers: whole(),
    sales: orNull(ref('Money')),
  }),
};
