import { inventoryOf } from './inventory.ts';
import { orderRows, type Goods } from './order-rows.ts';
import { productCounts, productIds, productRows, productSeed, type ProductsState } from './product-rows.ts';
import { reviewRows } from './review-rows.ts';
import { emptyRows, MAX_SEEDED, type RowsState } from './rows.ts';

const HOUR_MS = 3_600_000;
/** What orders name when the shop has no products: as many that never were. */
const NEVER_MADE = 1_000;

export interface ShopRowsState {
  products: ProductsState;
  orders: RowsState;
  reviews: RowsState;
  /** How many products there were for orders to name. */
  goods: number;
}

export interface RowCounts {
  products: number;
  orders: number;
  inventory: number;
  reviews: number;
}

/** Seeded times hang on the full hour, so that the same seed within it gives the same rows in every shop made anew. */
export function noRows(now: Date): ShopRowsState {
  const newestSeeded = (Math.floor(now.getTime() / HOUR_MS) * HOUR_MS - HOUR_MS) / 1_000;
  const rows = emptyRows(newestSeeded);
  return { products: { rows, plainFrom: MAX_SEEDED, plain: [], skus: [] }, orders: rows, reviews: rows, goods: 0 };
}

export type ShopRows = ReturnType<typeof shopRows>;

/** All that a shop has, each kind under the name that the control port gives it. */
export function shopRows(shopId: string, seedText: string, state: ShopRowsState) {
  const products = productRows(shopId, seedText, state.products);
  const orders = orderRows(shopId, seedText, state.orders);
  const reviews = reviewRows(shopId, seedText, orders, state.reviews);
  const seed = productSeed(shopId, seedText);
  const { idOf } = productIds(shopId, seedText);
  let named = state.goods;

  return {
    products,
    inventory: inventoryOf(products),
    orders,
    reviews,

    /** What orders and reviews name. */
    goods: (): Goods => ({ seed, idOf, count: named || NEVER_MADE }),

    /** Seeded rows added or taken at the end of each kind. What orders name stays as long as there is one. */
    resize(counts: RowCounts): void {
      const made = productCounts(seed, counts.products, counts.inventory);
      if (orders.total() + reviews.total() === 0) named = Math.min(made.count, made.plainFrom);
      products.resize(made);
      orders.resize(counts.orders);
      reviews.resize(counts.reviews);
    },

    state: (): ShopRowsState => ({
      products: products.state(),
      orders: orders.state(),
      reviews: reviews.state(),
      goods: named,
    }),
  };
}
