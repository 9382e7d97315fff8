import { hashText } from './mix.ts';

const RANGE = 1_000_000_000;
const MULTIPLIER = 7_368_787;
/** MULTIPLIER × INVERSE ≡ 1 (mod RANGE). */
const INVERSE = 268_341_723n;
const SHIFT = 123_456_789;

export interface RowIds {
  idOf(index: number): string;
  /** The index behind an id of this shop; undefined for anything else. */
  indexOf(id: string): number | undefined;
}

/** Ids of 18 digits (above 2^53) that say nothing of the order of the rows, found again without a table. `of` names shop, seed and kind. */
export function rowIds(of: string): RowIds {
  const prefix = String(100_000_000 + (hashText(of) % 800_000_000));
  return {
    idOf: (index) => prefix + String((index * MULTIPLIER + SHIFT) % RANGE).padStart(9, '0'),
    indexOf(id) {
      if (!id.startsWith(prefix) || !/^\d{18}$/.test(id)) return undefined;
      const scrambled = (Number(id.slice(9)) - SHIFT + RANGE) % RANGE;
      return Number((BigInt(scrambled) * INVERSE) % BigInt(RANGE));
    },
  };
}
