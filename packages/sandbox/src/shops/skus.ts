import { mix } from './mix.ts';

const SALT = 16;

/** One product in eight has no SKUs; the others one colour in one to three sizes. */
export function seededSkuCount(seed: number, index: number): number {
  const n = mix(seed, index, SALT);
  return n % 8 === 0 ? 0 : 1 + (n % 3);
}

/** 19 digits: the product's id behind a 4, and the SKU's number. */
export const skuIdOf = (productId: string, number: number): string => `4${productId.slice(1)}${number}`;

/** What happened to one SKU, or to the stock of an item without SKUs (number 0). Times are epoch seconds. */
export interface SkuChange {
  modified: number;
  version: number;
  deleted: boolean;
}

/** The numbers of the SKUs that a product with SKUs has: seeded ones that were not deleted, and added ones. */
export function skuNumbers(seed: number, index: number, changes: ReadonlyMap<number, SkuChange> | undefined): number[] {
  const numbers: number[] = [];
  const seeded = seededSkuCount(seed, index);
  for (let number = 0; number < seeded; number += 1) if (!changes?.get(number)?.deleted) numbers.push(number);
  for (const [number, change] of changes ?? []) if (number >= seeded && !change.deleted) numbers.push(number);
  return numbers;
}

export type SkuChangesState = [index: number, changes: [number: number, change: SkuChange][]][];

/** What inventory mutations changed, by product index and SKU number. */
export function skuChanges(state: SkuChangesState) {
  const byProduct = new Map(state.map(([index, changes]) => [index, new Map(changes)]));
  return {
    of: (index: number): ReadonlyMap<number, SkuChange> | undefined => byProduct.get(index),

    set(index: number, number: number, change: SkuChange): void {
      const changes = byProduct.get(index) ?? new Map<number, SkuChange>();
      byProduct.set(index, changes.set(number, change));
    },

    state: (): SkuChangesState => [...byProduct].map(([index, changes]) => [index, [...changes]]),
  };
}
