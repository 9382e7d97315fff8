import type { RecordSource, Session, SourceRow } from '../adapter.ts';
import { itemLists, itemReader, type ListedItem } from './items.ts';
import { PRODUCT_FIELDS, productRow, unreadableProduct } from './product-row.ts';
import type { TopClient } from './top-client.ts';
import { walkedSource } from './walked-source.ts';

/** Products on sale and in the warehouse. */
export function taobaoProducts(top: TopClient): RecordSource {
  const items = itemReader(top, PRODUCT_FIELDS, ({ id, row, problem }) =>
    row === null ? unreadableProduct(id, problem) : productRow(row, id),
  );

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
