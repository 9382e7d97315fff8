import Type from 'typebox';
import { defineEvent } from './event.ts';

/** A shop or its settings changed; `changed` are the dotted paths. */
export const shopChanged = defineEvent({
  topic: 'shop.changed',
  version: 1,
  summary: 'A shop or its settings changed',
  schema: Type.Object({
    shop_id: Type.Integer(),
    version: Type.Integer(),
    changed: Type.Array(Type.String()),
    deleted: Type.Boolean(),
  }),
  keyedBy: 'shop_id',
  subject: (data) => String(data.shop_id),
  example: { shop_id: 1, version: 3, changed: ['payment.paypal.sandbox_mode', 'tax.rate'], deleted: false },
});
