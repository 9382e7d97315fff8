import { hashText } from './mix.ts';

const RANGE = 1_000_000_000;
const MULTIPLIER = 7_368_787;
/** MULTIPLIER × INVERSE ≡ 1 (mod RANGE). */
const INVERSE = 268_341_723n;
const SHIFT = 123_456_789;

export interface ProductIds {
  idOf(index: number): string;
  /** The index behind an id of this shop; undefined for anything else. */
  indexOf(id: string): number | undefined;
}

/** Ids of 18 digits (above 2^53) that say nothing of the order of the rows, found again without a table. */
export function productIds(shopId: string, seed: string): ProductIds {
  const prefix = String(100_000_000 + (hashText(`${shopId}\n${seed}`) % 800_000_000));
  return {
    idOf: (index) => prefix + String((index * MULTIPLIER + SHIFT) % RANGE).padStart(9, '0'),
    indexOf(id) {
      if (!id.startsWith(prefix) || !/^\d{18}$/.test(id)) return undefined;
      const scrambled = (Number(id.slice(9)) - SHIFT + RANGE) % RANGE;
      return Number((BigInt(scrambled) * INVERSE) % BigInt(RANGE));
    },
  };
}
