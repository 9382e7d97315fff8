import { MAX_SKUS, skuModified } from './product-content.ts';
import type { ProductRow, ProductRows } from './product-rows.ts';
import type { MutationOp, Target } from './rows.ts';
import { seededSkuCount, skuIdOf } from './skus.ts';

/** One stock that is kept: a SKU's, or that of an item without SKUs (whose number is 0). */
export interface InventoryRow {
  id: string;
  product: ProductRow;
  number: number;
}

/** A product's index and a number below this make one whole number. */
const NUMBERS = 16;

/** The stock of a shop: no rows of its own, but one for each SKU, or item without SKUs, that the products have. */
export function inventoryOf(products: ProductRows) {
  function rowAt(key: number): InventoryRow {
    const product = products.rowAt(Math.floor(key / NUMBERS));
    const number = key % NUMBERS;
    return { id: product.plain ? product.id : skuIdOf(product.id, number), product, number };
  }

  function keys(): number[] {
    const all: number[] = [];
    for (const index of products.liveIndexes())
      for (const number of products.stocksOf(index)) all.push(index * NUMBERS + number);
    return all;
  }

  function find(id: string): InventoryRow | undefined {
    const isSku = /^4\d{18}$/.test(id);
    const product = products.find(isSku ? products.idPrefix + id.slice(1, -1) : id);
    const number = isSku ? Number(id.slice(-1)) : 0;
    if (product === undefined || product.plain === isSku) return undefined;
    return products.stocksOf(product.index).includes(number) ? { id, product, number } : undefined;
  }

  /** The SKU's time is its own; that of its item moves with it: so the platform tells of changed stock. */
  function alter(op: 'touch' | 'update' | 'delete', chosen: readonly InventoryRow[], at: number): void {
    for (const { product, number } of chosen) {
      const version = (product.skuChanges?.get(number)?.version ?? 0) + (op === 'update' ? 1 : 0);
      products.skus.set(product.index, number, { modified: at, version, deleted: op === 'delete' });
    }
    const indexes = [...new Set(chosen.map((row) => row.product.index))];
    const isGone = (index: number) =>
      op === 'delete' && (products.isPlain(index) || products.stocksOf(index).length === 0);
    products.alter('delete', indexes.filter(isGone), at);
    products.alter(
      'touch',
      indexes.filter((index) => !isGone(index)),
      at,
    );
  }

  /** A further SKU for drawn products that have room for one; what is left over becomes items without SKUs. */
  function create(count: number, at: number): string[] {
    const added: string[] = [];
    const touched: number[] = [];
    for (const index of products.draw(products.total())) {
      if (added.length === count) break;
      const used = [...(products.skus.of(index)?.keys() ?? []), seededSkuCount(products.seed, index) - 1];
      const number = Math.max(...used) + 1;
      if (products.isPlain(index) || number >= MAX_SKUS) continue;
      products.skus.set(index, number, { modified: at, version: 0, deleted: false });
      touched.push(index);
      added.push(skuIdOf(products.rowAt(index).id, number));
    }
    products.alter('touch', touched, at);
    return [...added, ...products.addPlain(count - added.length, at)];
  }

  const targeted = (target: Target): InventoryRow[] =>
    'ids' in target ? target.ids.map((id) => find(id) as InventoryRow) : products.draw(target.count, keys()).map(rowAt);

  return {
    find,
    rows: (): InventoryRow[] => keys().map(rowAt),
    has: (id: string): boolean => find(id) !== undefined,
    total: (): number => keys().length,

    mutate(op: MutationOp, target: Target, at: number): string[] {
      products.begin();
      if (op === 'create') return create('count' in target ? target.count : target.ids.length, at);
      const chosen = targeted(target);
      alter(op, chosen, at);
      return chosen.map((row) => row.id);
    },
  };
}

/** When a row of the inventory last changed, as the platform tells it. */
export const stockModified = ({ product, number }: InventoryRow): number =>
  product.plain ? product.modified : skuModified(product, number);
