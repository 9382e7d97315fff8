import { stockModified } from './inventory.ts';
import { linesOf, totalOf } from './order-content.ts';
import { priceCentsOf } from './product-content.ts';
import type { MutationOp, Target } from './rows.ts';
import type { ShopRows } from './shop-rows.ts';

export const ENTITIES = ['products', 'orders', 'inventory', 'reviews'] as const;

export type EntityName = (typeof ENTITIES)[number];

export const isEntity = (name: string): name is EntityName => (ENTITIES as readonly string[]).includes(name);

/** A row as the truth tells it. */
export interface TruthRow {
  id: string;
  /** Epoch seconds. */
  modified: number;
  /** Products: the price; orders: what the buyer pays. */
  cents?: number;
}

/** Every row there is, of the kind named. */
export function truthOf(rows: ShopRows, entity: EntityName): TruthRow[] {
  if (entity === 'products')
    return rows.products.rows().map((row) => ({ id: row.id, modified: row.modified, cents: priceCentsOf(row) }));
  if (entity === 'inventory') return rows.inventory.rows().map((row) => ({ id: row.id, modified: stockModified(row) }));
  if (entity === 'reviews') return rows.reviews.rows().map(({ id, modified }) => ({ id, modified }));
  const goods = rows.goods();
  return rows.orders.rows().map((row) => ({ id: row.id, modified: row.modified, cents: totalOf(linesOf(row, goods)) }));
}

/** What the control port does alike with rows of every kind. */
export interface Entity {
  total(): number;
  has(id: string): boolean;
  mutate(op: MutationOp, target: Target, at: number): string[];
}

export const entityOf = (rows: ShopRows, entity: EntityName): Entity => rows[entity];
