import type { RowProblem, SourceRow } from '../adapter.ts';
import type { InventoryFields } from '../record-fields.ts';
import { rowHash } from '../row-hash.ts';
import type { JsonObject } from './answer.ts';
import { idText, stock, time, words } from './fields.ts';
import { livingSkus } from './product-row.ts';
import { missingId, nameless, RowReader } from './row-reader.ts';

/** What the details are asked for. */
export const INVENTORY_FIELDS = 'num_iid,num,with_hold_quantity,outer_id,modified,sku';
export const SKU_FIELDS = 'sku_id,num_iid,quantity,with_hold_quantity,outer_id,status,modified';

/** Where a row of stock stands: its id, the product it belongs to, and that product's time for a sku without one. */
interface Place {
  id: string;
  productId: string | null;
  updatedAt: unknown;
}

/** The stock of a product: of each of its skus, or its own when it has none. */
export function inventoryRows(row: JsonObject, id: string): SourceRow<InventoryFields>[] {
  const reader = new RowReader();
  const skus = livingSkus(row, reader);
  if (reader.problem !== null) return [unreadableInventory(id, reader.problem)];
  if (skus.length === 0) return [stockRow(row, { id, productId: id, updatedAt: row.modified }, null, row.num)];
  return skus.map((sku) => {
    const skuId = idText(sku.sku_id);
    if (skuId === null) return unreadableInventory(nameless({ id, sku }), missingId('库存'));
    return skuRow(sku, { id: skuId, productId: id, updatedAt: row.modified });
  });
}

export const skuRow = (sku: JsonObject, place: Place): SourceRow<InventoryFields> =>
  stockRow(sku, place, place.id, sku.quantity);

function stockRow(row: JsonObject, place: Place, skuId: string | null, quantity: unknown): SourceRow<InventoryFields> {
  const reader = new RowReader();
  const updatedAt = reader.required('source_updated_at', row.modified ?? place.updatedAt, time);
  const fields: InventoryFields = {
    product_id: reader.required('product_id', place.productId, idText),
    sku_id: skuId,
    outer_id: reader.optional('outer_id', row.outer_id, words),
    quantity: reader.required('quantity', quantity, stock),
    reserved: reader.optional('reserved', row.with_hold_quantity, stock),
  };
  return { externalId: place.id, updatedAt, fields, hash: rowHash(fields, null), problem: reader.problem };
}

/** In place of stock that cannot be read at all. */
export const unreadableInventory = (id: string, problem: RowProblem): SourceRow<InventoryFields> => ({
  externalId: id,
  updatedAt: null,
  fields: { product_id: null, sku_id: null, outer_id: null, quantity: null, reserved: null },
  hash: '',
  problem,
});
