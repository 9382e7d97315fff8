import { skusOf } from '../shops/product-content.ts';
import type { Shop } from '../shops/shops.ts';
import { fieldPlans } from './field-plan.ts';
import { DETAIL_FIELDS, listOf, SKU_FIELDS, writeAll } from './item-fields.ts';
import { idList, itemOf, type Method } from './method.ts';
import { Refused, REFUSALS } from './refusals.ts';

const itemPlan = fieldPlans(DETAIL_FIELDS);
const skuPlan = fieldPlans(SKU_FIELDS);

/** Rows of this shop; ids of others and of deleted products are silently missing. */
const found = (shop: Shop, ids: string[]) => [...new Set(ids)].flatMap((id) => shop.catalog.find(id) ?? []);

export const itemDetails: Record<string, Method> = {
  'taobao.item.seller.get': {
    session: true,
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
    required: ['fields', 'num_iids'],
    run({ params, shop, simplify }, { faults }) {
      const writers = itemPlan(params.get('fields') as string);
      const rows = found(shop, idList(params, 'num_iids', 20));
      if (rows.length === 0) return '';
      return listOf(
        'items',
        'item',
        rows.map((row) => writeAll(writers, itemOf(shop, row, faults), simplify)),
        simplify,
      );
    },
  },

  'taobao.item.skus.get': {
    session: true,
    required: ['fields', 'num_iids'],
    run({ params, shop, simplify }) {
      const writers = skuPlan(params.get('fields') as string);
      const rows = found(shop, idList(params, 'num_iids', 40));
      const texts = rows.flatMap((row) => skusOf(row).map((sku) => writeAll(writers, { row, sku }, simplify)));
      return texts.length === 0 ? '' : listOf('skus', 'sku', texts, simplify);
    },
  },
};
