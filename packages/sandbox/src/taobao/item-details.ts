import type { SkuContent } from '../shops/product-content.ts';
import type { Shop } from '../shops/shops.ts';
import { fieldPlans } from './field-plan.ts';
import { DETAIL_FIELDS, SKU_FIELDS, skuText, skuTexts } from './item-fields.ts';
import { idList, itemOf, type Method } from './method.ts';
import { Refused, REFUSALS } from './refusals.ts';
import { listOf, writeAll } from './writing.ts';

const itemPlan = fieldPlans(DETAIL_FIELDS);
const skuPlan = fieldPlans(SKU_FIELDS);

/** Rows of this shop; ids of others and of deleted products are silently missing. */
const found = (shop: Shop, ids: string[]) => [...new Set(ids)].flatMap((id) => shop.rows.products.find(id) ?? []);

export const itemDetails: Record<string, Method> = {
  'taobao.item.seller.get': {
    session: true,
    encoding: 'latin1',
    required: ['fields', 'num_iid'],
    run({ params, shop, simplify }, { faults }) {
      const writers = itemPlan(params.get('fields') as string);
      const row = found(shop, idList(params, 'num_iid', 1))[0];
      if (row === undefined) throw new Refused(REFUSALS.itemUnknown);
      return `"item":${writeAll(writers, itemOf(shop, row, faults), simplify)}`;
    },
  },

  'taobao.items.seller.list.get': {
    session: true,
    encoding: 'latin1',
    required: ['fields', 'num_iids'],
    run({ params, shop, simplify }, { faults }) {
      const writers = itemPlan(params.get('fields') as string);
      const rows = found(shop, idList(params, 'num_iids', 20));
      const texts = rows.map((row) => writeAll(writers, itemOf(shop, row, faults), simplify));
      return listOf('items', 'item', texts, simplify);
    },
  },

  'taobao.item.skus.get': {
    session: true,
    encoding: 'latin1',
    required: ['fields', 'num_iids'],
    run({ params, shop, simplify }, { faults }) {
      const writers = skuPlan(params.get('fields') as string);
      const rows = found(shop, idList(params, 'num_iids', 40));
      const texts = rows.flatMap((row) => skuTexts(writers, itemOf(shop, row, faults), simplify));
      return listOf('skus', 'sku', texts, simplify);
    },
  },

  'taobao.item.sku.get': {
    session: true,
    encoding: 'latin1',
    required: ['fields', 'sku_id'],
    optional: ['num_iid'],
    run({ params, shop, simplify }, { faults }) {
      const writers = skuPlan(params.get('fields') as string);
      const [id] = idList(params, 'sku_id', 1) as [string];
      const [itemId] = params.get('num_iid') ? idList(params, 'num_iid', 1) : [];
      const row = shop.rows.inventory.find(id);
      if (row === undefined || row.product.plain || (itemId !== undefined && itemId !== row.product.id))
        throw new Refused(REFUSALS.skuUnknown);
      const item = itemOf(shop, row.product, faults);
      const sku = item.skus().find(({ number }) => number === row.number) as SkuContent;
      return `"sku":${skuText(writers, item, sku, simplify)}`;
    },
  },
};
