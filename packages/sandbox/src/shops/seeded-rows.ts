import { mix } from './mix.ts';
import { MAX_SEEDED, type MutationOp, type Row, type RowsState, type Target, type TimeWindow } from './rows.ts';
import { indexIn, moved, sliceOf, timeKey, within, type Slice } from './time-list.ts';

const PICK_SALT = 4;

/** One order in which a platform lists rows. */
interface RowList {
  by: 'created' | 'modified';
  has?(index: number): boolean;
}

interface RowKind<L extends string> {
  seed: number;
  idOf(index: number): string;
  indexOf(id: string): number | undefined;
  /** Times of a seeded row. */
  createdOf(index: number): number;
  modifiedOf(index: number): number;
  lists: Record<L, RowList>;
}

/** Rows of one kind in a shop: made on demand out of the seed, with what changed since laid over them. */
export function seededRows<L extends string>(kind: RowKind<L>, state: RowsState) {
  const { seed, idOf } = kind;
  const changes = new Map(state.changes);
  const created = [...state.created];
  const sorted = new Map<L, Float64Array>();
  let { count, mutations } = state;

  const madeAt = (index: number) => (index < MAX_SEEDED ? undefined : created[index - MAX_SEEDED]);
  const createdOf = (index: number) => madeAt(index) ?? kind.createdOf(index);
  const bornModified = (index: number) => madeAt(index) ?? kind.modifiedOf(index);
  const exists = (index: number) => index < count || madeAt(index) !== undefined;
  const isLive = (index: number) => exists(index) && changes.get(index)?.deleted !== true;

  function liveIndexes(): number[] {
    const live: number[] = [];
    for (let index = 0; index < count; index += 1) if (isLive(index)) live.push(index);
    for (let k = 0; k < created.length; k += 1) if (isLive(MAX_SEEDED + k)) live.push(MAX_SEEDED + k);
    return live;
  }

  function keyIn({ by, has }: RowList, index: number): number | undefined {
    if (!isLive(index) || has?.(index) === false) return undefined;
    return timeKey(by === 'created' ? createdOf(index) : (changes.get(index)?.modified ?? bornModified(index)), index);
  }

  function keysOf(list: RowList, indexes: readonly number[]): number[] {
    const keys: number[] = [];
    for (const index of indexes) {
      const key = keyIn(list, index);
      if (key !== undefined) keys.push(key);
    }
    return keys;
  }

  function keysIn(name: L): Float64Array {
    let keys = sorted.get(name);
    if (keys === undefined) {
      keys = Float64Array.from(keysOf(kind.lists[name], liveIndexes())).sort();
      sorted.set(name, keys);
    }
    return keys;
  }

  /** Does `act` to the rows at `indexes` and moves them in the lists made so far. */
  function change(indexes: readonly number[], act: () => void): void {
    const before = [...sorted].map(([name, keys]) => ({ name, keys, gone: keysOf(kind.lists[name], indexes) }));
    act();
    for (const { name, keys, gone } of before) sorted.set(name, moved(keys, gone, keysOf(kind.lists[name], indexes)));
  }

  function row(index: number): Row {
    const since = changes.get(index);
    const born = bornModified(index);
    return {
      seed,
      index,
      version: since?.version ?? 0,
      id: idOf(index),
      created: createdOf(index),
      modified: since?.modified ?? born,
      contentAt: since?.updated ?? born,
    };
  }

  function find(id: string): Row | undefined {
    const index = kind.indexOf(id);
    return index !== undefined && isLive(index) ? row(index) : undefined;
  }

  /** `number` of the given ones, drawn by the seed and the number of the mutation. */
  function draw(number: number, from = liveIndexes()): number[] {
    const end = Math.min(number, from.length);
    for (let at = 0; at < end; at += 1) {
      const other = at + (mix(seed, mutations * 1_000_003 + at, PICK_SALT) % (from.length - at));
      [from[at], from[other]] = [from[other] as number, from[at] as number];
    }
    return from.slice(0, end);
  }

  function add(number: number, at: number): number[] {
    const indexes = Array.from({ length: number }, (_, k) => MAX_SEEDED + created.length + k);
    change(indexes, () => indexes.forEach(() => created.push(at)));
    return indexes;
  }

  function alter(op: Exclude<MutationOp, 'create'>, indexes: readonly number[], at: number): void {
    change(indexes, () => {
      for (const index of indexes) {
        const since = changes.get(index);
        const version = (since?.version ?? 0) + (op === 'update' ? 1 : 0);
        const updated = op === 'update' ? at : since?.updated;
        changes.set(index, {
          modified: at,
          ...(updated === undefined ? {} : { updated }),
          version,
          deleted: op === 'delete',
        });
      }
    });
  }

  return {
    seed,
    row,
    find,
    draw,
    add,
    alter,
    liveIndexes,
    has: (id: string): boolean => find(id) !== undefined,

    /** Changes the rows named, or `count` drawn ones, all to the one time; answers their ids. */
    mutate(op: MutationOp, target: Target, at: number): string[] {
      mutations += 1;
      if (op === 'create') return add('count' in target ? target.count : target.ids.length, at).map(idOf);
      const indexes = 'ids' in target ? target.ids.map((id) => kind.indexOf(id) as number) : draw(target.count);
      alter(op, indexes, at);
      return indexes.map(idOf);
    },

    total(): number {
      let total = count + created.length;
      for (const [index, { deleted }] of changes) if (deleted && exists(index)) total -= 1;
      return total;
    },

    /** Rows of one list in a window of the time by which it is sorted. */
    list<R>(name: L, { from, to }: TimeWindow, rowAt: (index: number) => R, matches?: (row: R) => boolean): Slice<R> {
      const window = within(keysIn(name), from, to);
      return sliceOf(matches === undefined ? window : window.filter((key) => matches(rowAt(indexIn(key)))), rowAt);
    },

    /** Counts a mutation that the caller does itself: each draws other rows. */
    begin(): void {
      mutations += 1;
    },

    /** More seeded rows, or fewer. */
    resize(next: number): void {
      if (next === count) return;
      count = next;
      sorted.clear();
    },

    state: (): RowsState => ({ count, newestSeeded: state.newestSeeded, changes: [...changes], created, mutations }),
  };
}
