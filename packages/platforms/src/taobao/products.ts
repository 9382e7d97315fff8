import type { Page, Position, RecordSource, Session, SourceRow, SyncWindow } from '../adapter.ts';
import { inParallel } from '../in-parallel.ts';
import { elementTexts } from '../json-text.ts';
import { isObject, type JsonObject, malformed, responseName } from './answer.ts';
import { idText } from './fields.ts';
import { DETAIL_FIELDS, namelessRow, productRow } from './product-row.ts';
import { afterPage, opened, PAGE_SIZE, type ProductList, type Walk } from './product-walk.ts';
import type { TopClient } from './top-client.ts';
import { topTime } from './top-time.ts';

const DETAILS = 'taobao.items.seller.list.get';
const LISTS: Record<ProductList, string> = {
  onsale: 'taobao.items.onsale.get',
  inventory: 'taobao.items.inventory.get',
};
const IDS_PER_CALL = 20;
const CALLS_AT_ONCE = 5;
/** The platform's times are whole seconds; a second on top for its clock. */
const LAG_MS = 2_000;

interface ListPage {
  total: number;
  ids: string[];
  nameless: SourceRow[];
}

/** A walk's position: what is still to be read, the first entry being read now. */
type WalkPosition = { walks: Walk[]; total: number };

/**
 * Products on sale and in the warehouse, each list from its last page to its first over the window,
 * then whatever changed after the window, as far as it can be caught.
 */
export function taobaoProducts(top: TopClient): RecordSource {
  function list(session: Session, walk: Walk, page: number): Promise<ListPage> {
    const params = {
      fields: 'num_iid,modified',
      page_no: String(page),
      page_size: String(PAGE_SIZE),
      order_by: 'modified:desc',
      start_modified: walk.from === null ? '' : topTime(walk.from),
      end_modified: walk.to === null ? '' : topTime(walk.to),
    };
    return top.call(session, LISTS[walk.list], params, readList);
  }

  async function details(session: Session, ids: string[]): Promise<SourceRow[]> {
    const batches = Array.from({ length: Math.ceil(ids.length / IDS_PER_CALL) }, (_, n) =>
      ids.slice(n * IDS_PER_CALL, (n + 1) * IDS_PER_CALL),
    );
    const rows = await inParallel(batches, CALLS_AT_ONCE, (batch) =>
      top.call(session, DETAILS, { fields: DETAIL_FIELDS, num_iids: batch.join(',') }, (body, text) =>
        readDetails(body, text, batch),
      ),
    );
    return rows.flat();
  }

  /** Opens a walk by its first page. A list that fits this page was read at one moment and need not be read again. */
  function openWith(first: ListPage, walk: Walk, whole: Map<Walk, ListPage>): Walk[] {
    const walks = opened(walk, first.total);
    if (first.total <= PAGE_SIZE && walks[0] !== undefined) whole.set(walks[0], first);
    return walks;
  }

  /** Both lists are opened at once, so that the total is known from the first page on. */
  async function start(session: Session, window: SyncWindow, whole: Map<Walk, ListPage>): Promise<WalkPosition> {
    const from = window.from?.getTime() ?? null;
    // Whole seconds, as the platform counts: the tail begins with the next one.
    const to = Math.floor(window.to.getTime() / 1_000) * 1_000;
    const walks: Walk[] = (['onsale', 'inventory'] as const).map((name) => ({ list: name, from, to, page: null }));
    const first = await inParallel(walks, walks.length, (walk) => list(session, walk, 1));
    const tails = walks.map((walk) => ({ ...walk, from: to + 1_000, to: null }));
    return {
      walks: [...first.flatMap((page, n) => openWith(page, walks[n] as Walk, whole)), ...tails],
      total: first.reduce((sum, page) => sum + page.total, 0),
    };
  }

  async function page(session: Session, window: SyncWindow, position: Position | null): Promise<Page> {
    const whole = new Map<Walk, ListPage>();
    const begun = (position as WalkPosition | null) ?? (await start(session, window, whole));
    const { total } = begun;
    let { walks } = begun;
    for (let walk = walks[0]; walk !== undefined; walk = walks[0]) {
      const later = walks.slice(1);
      if (walk.page === null) {
        walks = [...openWith(await list(session, walk, 1), walk, whole), ...later];
        continue;
      }
      const { ids, nameless } = whole.get(walk) ?? (await list(session, walk, walk.page));
      walks = [...afterPage(walk, walk.page), ...later];
      if (ids.length + nameless.length === 0) continue;
      const rows = [...(await details(session, ids)), ...nameless];
      return { rows, next: walks.length === 0 ? null : ({ walks, total } satisfies WalkPosition), total };
    }
    return { rows: [], next: null, total };
  }

  return {
    lagMs: LAG_MS,
    reachMs: null,
    page,
    byIds: (session, refs) => details(session, [...new Set(refs.map(({ id }) => id))]),
  };
}

/** `{ items: { item: [ … ] } }`; an empty list has no key. */
function itemsOf(body: JsonObject): JsonObject[] {
  const items = body.items === undefined ? {} : body.items;
  const rows = isObject(items) ? (items.item ?? []) : null;
  if (!Array.isArray(rows) || !rows.every(isObject)) throw malformed('items is not a list');
  return rows;
}

function readList(body: JsonObject): ListPage {
  const total = body.total_results;
  if (typeof total !== 'number' || total < 0) throw malformed('no total_results');
  const ids = new Set<string>();
  const nameless: SourceRow[] = [];
  for (const row of itemsOf(body)) {
    const id = idText(row.num_iid);
    if (id === null) nameless.push(namelessRow(null, JSON.stringify(row)));
    else ids.add(id);
  }
  return { total, ids: [...ids], nameless };
}

/**
 * Ids that are missing are unknown to the platform. Not so beside a row without an id: it may be any of them,
 * so none of them is called unknown (it would be taken for deleted) but all of them unreadable.
 */
function readDetails(body: JsonObject, text: string, asked: string[]): SourceRow[] {
  const items = itemsOf(body);
  if (items.length === 0) return [];
  const texts = elementTexts(text, [responseName(DETAILS), 'items', 'item']) ?? [];
  const wanted = new Set(asked);
  const rows: SourceRow[] = [];
  let nameless: string | null = null;
  items.forEach((item, n) => {
    const id = idText(item.num_iid);
    const raw = texts[n] as string;
    if (id === null) nameless = raw;
    else if (wanted.delete(id)) rows.push(productRow(item, id, raw));
  });
  if (nameless !== null) for (const id of wanted) rows.push(namelessRow(id, nameless));
  return rows;
}
