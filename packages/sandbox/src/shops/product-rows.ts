import { hashText, mix } from './mix.ts';
import { rowIds } from './row-ids.ts';
import { MAX_SEEDED, type MutationOp, type Row, type RowsState, type Target, type TimeWindow } from './rows.ts';
import { seededRows } from './seeded-rows.ts';
import { seededSkuCount, skuChanges, skuNumbers, type SkuChange, type SkuChangesState } from './skus.ts';
import type { Slice } from './time-list.ts';

const DAY_S = 86_400;
const SPREAD_S = 30 * DAY_S;

const SALT = { modified: 1, created: 2, onSale: 3 };

/** How many seeded products a shop has; those from `plainFrom` on have no SKUs, whatever the seed says. */
export interface ProductCounts {
  count: number;
  plainFrom: number;
}

export interface ProductsState {
  rows: RowsState;
  plainFrom: number;
  /** Created rows that have no SKUs, whatever the seed says. */
  plain: number[];
  skus: SkuChangesState;
}

/** One product at this moment. */
export interface ProductRow extends Row {
  onSale: boolean;
  plain: boolean;
  skuChanges: ReadonlyMap<number, SkuChange> | undefined;
}

export const productSeed = (shopId: string, seedText: string): number => hashText(`${shopId}\n${seedText}`);

export const productIds = (shopId: string, seedText: string) => rowIds(`${shopId}\n${seedText}`);

/** As many products as named; where only inventory is, as many as make exactly so many inventory rows. */
export function productCounts(seed: number, products: number, inventory: number): ProductCounts {
  if (products > 0) return { count: products, plainFrom: MAX_SEEDED };
  let [count, rows] = [0, 0];
  for (;;) {
    const next = rows + Math.max(1, seededSkuCount(seed, count));
    if (next > inventory) break;
    [count, rows] = [count + 1, next];
  }
  return { count: count + inventory - rows, plainFrom: count };
}

export type ProductRows = ReturnType<typeof productRows>;

/** The products of a shop, with what happened to their SKUs. */
export function productRows(shopId: string, seedText: string, state: ProductsState) {
  const seed = productSeed(shopId, seedText);
  const ids = productIds(shopId, seedText);
  const { newestSeeded } = state.rows;
  const skus = skuChanges(state.skus);
  const plain = new Set(state.plain);
  let { plainFrom } = state;

  const isOnSale = (index: number) => mix(seed, index, SALT.onSale) % 5 !== 0;

  /** The first two rows are the ends of the spread, so that even a small shop spans it. */
  function seededModified(index: number): number {
    if (index === 0) return newestSeeded;
    return newestSeeded - (index === 1 ? SPREAD_S : mix(seed, index, SALT.modified) % SPREAD_S);
  }

  const rows = seededRows(
    {
      seed,
      ...ids,
      modifiedOf: seededModified,
      createdOf: (index) => seededModified(index) - (mix(seed, index, SALT.created) % (365 * DAY_S)),
      lists: {
        onSale: { by: 'modified', has: isOnSale },
        warehouse: { by: 'modified', has: (index) => !isOnSale(index) },
      },
    },
    state.rows,
  );

  const isPlain = (index: number) =>
    seededSkuCount(seed, index) === 0 || (index < MAX_SEEDED ? index >= plainFrom : plain.has(index));

  /** The numbers of the stocks kept for a product: of its SKUs, or 0 for one without. */
  const stocksOf = (index: number) => (isPlain(index) ? [0] : skuNumbers(seed, index, skus.of(index)));

  const productOf = (row: Row): ProductRow => ({
    ...row,
    onSale: isOnSale(row.index),
    plain: isPlain(row.index),
    skuChanges: skus.of(row.index),
  });

  const rowAt = (index: number): ProductRow => productOf(rows.row(index));

  return {
    seed,
    /** The first digit of every id of this shop. */
    idPrefix: ids.idOf(0).slice(0, 1),
    rowAt,
    isPlain,
    stocksOf,
    skus,
    draw: rows.draw,
    begin: rows.begin,
    alter: rows.alter,
    liveIndexes: rows.liveIndexes,
    total: rows.total,
    has: rows.has,
    mutate: (op: MutationOp, target: Target, at: number): string[] => rows.mutate(op, target, at),

    find(id: string): ProductRow | undefined {
      const row = rows.find(id);
      return row && productOf(row);
    },

    rows: (): ProductRow[] => rows.liveIndexes().map(rowAt),

    /** Rows on sale, or in the warehouse, by the time they were modified. */
    list: (onSale: boolean, window: TimeWindow, matches?: (row: ProductRow) => boolean): Slice<ProductRow> =>
      rows.list(onSale ? 'onSale' : 'warehouse', window, rowAt, matches),

    /** New products without SKUs. */
    addPlain(number: number, at: number): string[] {
      const indexes = rows.add(number, at);
      for (const index of indexes) plain.add(index);
      return indexes.map(ids.idOf);
    },

    resize(counts: ProductCounts): void {
      plainFrom = counts.plainFrom;
      rows.resize(counts.count);
    },

    state: (): ProductsState => ({ rows: rows.state(), plainFrom, plain: [...plain], skus: skus.state() }),
  };
}
