import type { RecordSource, Session, SourceRow } from '../adapter.ts';
import { itemLists, itemReader, type ListedItem } from './items.ts';
import { PRODUCT_FIELDS, PRODUCT_READING, productRow, unreadableProduct } from './product-row.ts';
import type { TopClient } from './top-client.ts';
import { digestOf, UnreadRow } from './row-reader.ts';
import { walkedSource } from './walked-source.ts';

/** Products on sale and in the warehouse. */
export function taobaoProducts(top: TopClient): RecordSource {
  const items = itemReader(top, PRODUCT_FIELDS, ({ id, bytes, read }) => {
    const readRow = () => {
      const { row, problem } = read();
      return row === null ? unreadableProduct(id, problem) : productRow(row, id);
    };
    return bytes === null ? readRow() : new UnreadRow(id, digestOf(bytes, PRODUCT_READING), readRow);
  });

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
