import { inParallel, piecesOf } from '@crossdock/kernel';
import type { RowProblem, Session } from '../adapter.ts';
import type { RowBytes } from '../row-bytes.ts';
import { type JsonObject, listIn, malformed, parseRow, readTotal } from './answer.ts';
import { idText, isId } from './fields.ts';
import { missingId, nameless, ROW_TOO_LARGE, sizeCheck } from './row-reader.ts';
import { isTooLarge, type TopClient } from './top-client.ts';
import { topTime } from './top-time.ts';
import type { ListPage, Lists } from './walked-source.ts';
import type { Walk } from './walks.ts';

const DETAILS = 'taobao.items.seller.list.get';
const LISTS: Record<string, string> = {
  onsale: 'taobao.items.onsale.get',
  inventory: 'taobao.items.inventory.get',
};
const LIST_FIELDS = 'num_iid,modified';
/** Tell rows without an id apart: asked for where there are such rows. */
const TELLING_FIELDS = `${LIST_FIELDS},title,outer_id,cid,pic_url`;
const IDS_PER_CALL = 20;
/** As many as use 100 calls a second of 200 ms each: the gate before each call paces, not this. */
export const CALLS_AT_ONCE = 20;
/** Before the platform opened: no row is older. */
const PLATFORM_EPOCH = Date.UTC(2003, 4, 10);

/** A product in the lists: by its id (`?…` for one without), with the problem that keeps it from being asked for. */
export interface ListedItem {
  id: string;
  problem: RowProblem | null;
}

type Reading = { row: JsonObject; problem: null } | { row: null; problem: RowProblem };

/** A product in full; `read` says why it cannot be read. `bytes()` are all there is of it, null where it came otherwise. */
export interface Item {
  id: string;
  bytes(): Buffer | null;
  read(): Reading;
}

/** A shop's products: on sale and in the warehouse. */
export function itemLists(top: TopClient): Omit<Lists<ListedItem>, 'records'> {
  const list = (session: Session, walk: Walk, page: number, fields: string): Promise<ListPage<ListedItem>> =>
    top.call(
      session,
      LISTS[walk.list] as string,
      {
        fields,
        page_no: String(page),
        page_size: '200',
        order_by: 'modified:desc',
        start_modified: walk.from === null ? '' : topTime(walk.from),
        end_modified: walk.to === null ? '' : topTime(walk.to),
      },
      (body) => ({ total: readTotal(body), rows: listIn(body, 'items', 'item').map(listed) }),
    );

  return {
    limits: { pageSize: 200, maxRows: 20_000, maxSpanMs: Number.POSITIVE_INFINITY },
    reachMs: null,
    names: Object.keys(LISTS),
    aheadMs: top.aheadMs,
    oldest: () => PLATFORM_EPOCH,
    async read(session, walk, page) {
      const listing = await list(session, walk, page, LIST_FIELDS);
      const isNamed = listing.rows.every(({ problem }) => problem === null);
      return isNamed ? listing : list(session, walk, page, TELLING_FIELDS);
    },
  };
}

function listed(row: JsonObject): ListedItem {
  const id = idText(row.num_iid);
  return id === null ? { id: nameless(row), problem: missingId('商品') } : { id, problem: null };
}

/** Products by their ids, as `read` makes them: those the platform knows, and those it answers unreadably. */
export function itemReader<T>(top: TopClient, fields: string, read: (item: Item, session: Session) => T) {
  async function batch(session: Session, ids: string[]): Promise<T[]> {
    const parsed = session.readsAll === true;
    try {
      return await top.call(
        session,
        DETAILS,
        { fields, num_iids: ids.join(',') },
        (body, bytes, rows) => {
          const found =
            parsed || rows === null ? parsedItems(body, bytes, rows) : rows.map((row) => new UnparsedItem(row));
          return itemsOf(found, ids).map((item) => read(item, session));
        },
        { list: { outer: 'items', inner: 'item', idKey: 'num_iid', parsed } },
      );
    } catch (err) {
      if (!isTooLarge(err)) throw err;
      if (ids.length === 1) return [read(unreadable(ids[0] as string, ROW_TOO_LARGE), session)];
      const half = Math.ceil(ids.length / 2);
      return [...(await batch(session, ids.slice(0, half))), ...(await batch(session, ids.slice(half)))];
    }
  }

  return async (session: Session, asked: Iterable<string>): Promise<T[]> => {
    const ids = [...new Set(asked)].filter(isId);
    return (await inParallel(piecesOf(ids, IDS_PER_CALL), CALLS_AT_ONCE, (each) => batch(session, each))).flat();
  };
}

/** A product of an answer; without an id it may be any. */
type Found = Omit<Item, 'id'> & { id: string | null };

const idOf = (row: JsonObject): string | null => idText(row.num_iid);

const unreadable = (id: string, problem: RowProblem): Item => ({
  id,
  bytes: () => null,
  read: () => ({ row: null, problem }),
});

const readingOf = (row: JsonObject, bytes: number): Reading =>
  sizeCheck(bytes)(row) ? { row: null, problem: ROW_TOO_LARGE } : { row, problem: null };

const parsedItems = (body: JsonObject, bytes: number, rows: RowBytes[] | null): Found[] =>
  listIn(body, 'items', 'item').map((row, n) => {
    const raw = rows?.[n];
    return { id: idOf(row), bytes: () => raw?.bytes ?? null, read: () => readingOf(row, raw?.size ?? bytes) };
  });

class UnparsedItem implements Found {
  readonly id: string | null;
  readonly #row: RowBytes;

  constructor(row: RowBytes) {
    this.id = row.id !== null && isId(row.id) ? row.id : idOf(parseRow(row.bytes));
    this.#row = row;
  }

  bytes(): Buffer {
    return this.#row.bytes;
  }

  read(): Reading {
    const row = parseRow(this.bytes());
    if (idOf(row) !== this.id) throw malformed('a row with two ids');
    return readingOf(row, this.#row.size);
  }
}

/**
 * Ids that are missing are unknown to the platform. Not so beside a row without an id: it may be any of them,
 * so none of them is called unknown (it would be taken for deleted) but all of them unreadable.
 */
function itemsOf(found: Found[], asked: string[]): Item[] {
  const wanted = new Set(asked);
  const items = found.filter((item): item is Item => item.id !== null && wanted.delete(item.id));
  if (found.some(({ id }) => id === null)) for (const id of wanted) items.push(unreadable(id, missingId('商品')));
  return items;
}
