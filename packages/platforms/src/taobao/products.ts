import type { RecordSource, Session, SourceRow } from '../adapter.ts';
import { type Item, itemLists, itemReader, type ListedItem } from './items.ts';
import { PRODUCT_FIELDS, PRODUCT_READING, productRow, unreadableProduct } from './product-row.ts';
import type { TopClient } from './top-client.ts';
import { digestOf, UnreadRow } from './row-reader.ts';
import { walkedSource } from './walked-source.ts';

function readProduct(item: Item): SourceRow {
  const { row, problem } = item.read();
  return row === null ? unreadableProduct(item.id, problem) : productRow(row, item.id);
}

function productOf(item: Item, { readsAll }: Session): SourceRow {
  const bytes = item.bytes();
  if (bytes === null) return readProduct(item);
  const digest = digestOf(bytes, PRODUCT_READING);
  return readsAll ? Object.assign(readProduct(item), { digest }) : new UnreadRow(item.id, digest, item, readProduct);
}

/** Products on sale and in the warehouse. */
export function taobaoProducts(top: TopClient): RecordSource {
  const items = itemReader(top, PRODUCT_FIELDS, productOf);

  async function products(session: Session, listed: ListedItem[]): Promise<SourceRow[]> {
    const ids = listed.flatMap(({ id, problem }) => (problem === null ? [id] : []));
    const rows: SourceRow[] = await items(session, ids);
    for (const { id, problem } of listed) if (problem !== null) rows.push(unreadableProduct(id, problem));
    return rows;
  }

  return {
    ...walkedSource({ ...itemLists(top), records: products }),
    byIds: (session, refs) =>
      products(
        session,
        refs.map(({ id }) => ({ id, problem: null })),
      ),
  };
}
