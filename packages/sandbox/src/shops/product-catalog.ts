import { hashText, mix } from './mix.ts';
import { productIds } from './product-ids.ts';

/** Indexes of created rows begin here, above every seeded one; all indexes stay below 2^21. */
export const MAX_SEEDED = 1_000_000;
const INDEX_SPACE = 2 ** 21;
const SPREAD_S = 30 * 86_400;

const SALT = { modified: 1, created: 2, onSale: 3, pick: 4 };

/** What happened to a row since it was made. Times are epoch seconds. */
export interface Change {
  modified: number;
  version: number;
  deleted: boolean;
}

/** All it takes to make the same rows again. */
export interface CatalogState {
  products: number;
  /** Epoch seconds; no seeded row is younger. */
  newestSeeded: number;
  changes: [index: number, change: Change][];
  /** When each row made by `create` was made. */
  created: number[];
  mutations: number;
}

/** One product at this moment; its content follows from seed, index and version. */
export interface ProductRow {
  seed: number;
  index: number;
  version: number;
  id: string;
  onSale: boolean;
  /** Epoch seconds. */
  modified: number;
  created: number;
}

/** Rows of one list within a time window, oldest first by (modified, index). */
export interface Slice {
  total: number;
  /** Rows from `offset` on, counted from the newest or the oldest end. */
  page(offset: number, count: number, newestFirst: boolean): ProductRow[];
}

export type MutationOp = 'touch' | 'update' | 'delete' | 'create';

export type ProductCatalog = ReturnType<typeof productCatalog>;

/** The products of a shop: made on demand out of the seed, with what changed since laid over them. */
export function productCatalog(shopId: string, seedText: string, state: CatalogState) {
  const seed = hashText(`${shopId}\n${seedText}`);
  const ids = productIds(shopId, seedText);
  const changes = new Map(state.changes);
  const created = [...state.created];
  let { products, mutations } = state;
  let sorted: { onSale: Float64Array; warehouse: Float64Array } | undefined;

  const isOnSale = (index: number) => mix(seed, index, SALT.onSale) % 5 !== 0;

  /** The first two rows are the ends of the spread, so that even a small shop spans it. */
  function seededModified(index: number): number {
    if (index === 0) return state.newestSeeded;
    return state.newestSeeded - (index === 1 ? SPREAD_S : mix(seed, index, SALT.modified) % SPREAD_S);
  }

  const madeAt = (index: number) => (index < MAX_SEEDED ? undefined : created[index - MAX_SEEDED]);
  const modifiedOf = (index: number) => changes.get(index)?.modified ?? madeAt(index) ?? seededModified(index);
  const isLive = (index: number) =>
    (index < products || madeAt(index) !== undefined) && changes.get(index)?.deleted !== true;

  function* liveIndexes(): Generator<number> {
    for (let index = 0; index < products; index += 1) if (isLive(index)) yield index;
    for (let k = 0; k < created.length; k += 1) if (isLive(MAX_SEEDED + k)) yield MAX_SEEDED + k;
  }

  /** A row's place in time and the row itself in one number, sorted natively. */
  function order() {
    if (sorted !== undefined) return sorted;
    const onSale: number[] = [];
    const warehouse: number[] = [];
    for (const index of liveIndexes())
      (isOnSale(index) ? onSale : warehouse).push(modifiedOf(index) * INDEX_SPACE + index);
    sorted = { onSale: Float64Array.from(onSale).sort(), warehouse: Float64Array.from(warehouse).sort() };
    return sorted;
  }

  function row(index: number): ProductRow {
    const change = changes.get(index);
    return {
      seed,
      index,
      version: change?.version ?? 0,
      id: ids.idOf(index),
      onSale: isOnSale(index),
      modified: modifiedOf(index),
      created: madeAt(index) ?? seededModified(index) - (mix(seed, index, SALT.created) % (365 * 86_400)),
    };
  }

  function find(id: string): ProductRow | undefined {
    const index = ids.indexOf(id);
    return index !== undefined && isLive(index) ? row(index) : undefined;
  }

  function slice(keys: Float64Array): Slice {
    return {
      total: keys.length,
      page(offset, count, newestFirst) {
        const rows: ProductRow[] = [];
        const end = Math.min(offset + count, keys.length);
        for (let at = offset; at < end; at += 1) {
          rows.push(row((keys[newestFirst ? keys.length - 1 - at : at] as number) % INDEX_SPACE));
        }
        return rows;
      },
    };
  }

  /** `count` different live rows, drawn by the seed and the number of the mutation. */
  function draw(count: number): number[] {
    const live = Uint32Array.from(liveIndexes());
    const drawn: number[] = [];
    for (let at = 0; at < Math.min(count, live.length); at += 1) {
      const other = at + (mix(seed, mutations * 1_000_003 + at, SALT.pick) % (live.length - at));
      [live[at], live[other]] = [live[other] as number, live[at] as number];
      drawn.push(live[at] as number);
    }
    return drawn;
  }

  return {
    find,
    total: (): number => order().onSale.length + order().warehouse.length,
    rows: (): ProductRow[] => Array.from(liveIndexes(), row),

    /** Rows of one list with `from` ≤ modified ≤ `to` (epoch seconds). */
    list(onSale: boolean, from: number, to: number, matches?: (row: ProductRow) => boolean): Slice {
      const keys = onSale ? order().onSale : order().warehouse;
      const window = keys.subarray(firstAtLeast(keys, from * INDEX_SPACE), firstAtLeast(keys, (to + 1) * INDEX_SPACE));
      return slice(matches === undefined ? window : window.filter((key) => matches(row(key % INDEX_SPACE))));
    },

    /** Changes the rows named, or `count` drawn ones, all to the one time; answers their ids. */
    mutate(op: MutationOp, target: { ids: string[] } | { count: number }, at: number): string[] {
      mutations += 1;
      sorted = undefined;
      if (op === 'create') {
        const count = 'count' in target ? target.count : target.ids.length;
        return Array.from({ length: count }, () => ids.idOf(MAX_SEEDED + created.push(at) - 1));
      }
      const indexes = 'ids' in target ? target.ids.map((id) => ids.indexOf(id) as number) : draw(target.count);
      for (const index of indexes) {
        const version = changes.get(index)?.version ?? 0;
        changes.set(index, {
          modified: at,
          version: op === 'update' ? version + 1 : version,
          deleted: op === 'delete',
        });
      }
      return indexes.map(ids.idOf);
    },

    /** More seeded rows, or fewer. */
    resize(count: number): void {
      products = count;
      sorted = undefined;
    },

    state: (): CatalogState => ({
      products,
      newestSeeded: state.newestSeeded,
      changes: [...changes],
      created,
      mutations,
    }),
  };
}

/** The first position whose key is not below `key`. */
function firstAtLeast(keys: Float64Array, key: number): number {
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((keys[middle] as number) < key) low = middle + 1;
    else high = middle;
  }
  return low;
}
