import { inParallel } from '@crossdock/kernel';
import type { RecordRef, RecordSource, RowProblem, Session, SourceRow } from '../adapter.ts';
import { isObject, type JsonObject, malformed } from './answer.ts';
import { idText, isId } from './fields.ts';
import { INVENTORY_FIELDS, inventoryRows, SKU_FIELDS, skuRow, unreadableInventory } from './inventory-row.ts';
import { CALLS_AT_ONCE, type Item, itemLists, itemReader, type ListedItem } from './items.ts';
import { isUnknown, type TopClient } from './top-client.ts';
import { walkedSource } from './walked-source.ts';

/** Stock of every product of the shop, sku by sku. */
export function taobaoInventory(top: TopClient): RecordSource {
  const read = itemReader(top, INVENTORY_FIELDS, stockOf);
  const items = (session: Session, ids: string[]) => read({ ...session, readsAll: true }, ids);

  async function listed(session: Session, rows: ListedItem[]): Promise<SourceRow[]> {
    const ids = rows.flatMap(({ id, problem }) => (problem === null ? [id] : []));
    const found = (await items(session, ids)).flatMap((stock) => stock.rows);
    for (const { id, problem } of rows) if (problem !== null) found.push(unreadableInventory(id, problem));
    return found;
  }

  /** By their products; what is stored of no product may be a product itself, or a sku that the platform finds alone. */
  async function byIds(session: Session, refs: RecordRef[]): Promise<SourceRow[]> {
    const stocks = await items(
      session,
      refs.map(({ id, productId }) => productId ?? id),
    );
    const stockBy = new Map(stocks.map((stock) => [stock.id, stock]));
    const wanted = new Map(refs.map((ref) => [ref.id, ref]));
    const rows: SourceRow[] = [];
    const alone: string[] = [];
    for (const { id, productId } of wanted.values()) {
      const stock = stockBy.get(productId ?? id);
      if (stock !== undefined) rows.push(...rowOf(stock, id));
      else if (productId === null && isId(id)) alone.push(id);
    }
    const skus = await inParallel(alone, CALLS_AT_ONCE, (id) => skuAlone(session, id));
    return [...rows, ...skus.flat()];
  }

  function skuAlone(session: Session, id: string): Promise<SourceRow[]> {
    const read = ({ sku }: JsonObject): SourceRow[] => {
      if (sku === undefined) return [];
      if (!isObject(sku)) throw malformed('sku is not an object');
      if (sku.status === 'delete') return [];
      return [skuRow(sku, { id, productId: idText(sku.num_iid), updatedAt: sku.modified })];
    };
    return top.call(session, 'taobao.item.sku.get', { fields: SKU_FIELDS, sku_id: id }, read, {
      says: (failure) => (isUnknown(failure) ? [] : undefined),
    });
  }

  return { ...walkedSource({ ...itemLists(top), records: listed }), byIds };
}

/** The stock of one product, sku by sku, or why it cannot be read. */
interface Stock {
  id: string;
  rows: SourceRow[];
  problem: RowProblem | null;
}

function stockOf(item: Item): Stock {
  const { id } = item;
  const { row, problem } = item.read();
  return { id, rows: row === null ? [unreadableInventory(id, problem)] : inventoryRows(row, id), problem };
}

/** The stock of one sku of a product. Beside skus without an id it is not called unknown: it may be one of them. */
function rowOf({ rows, problem }: Stock, id: string): SourceRow[] {
  if (problem !== null) return [unreadableInventory(id, problem)];
  const found = rows.find((row) => row.externalId === id);
  if (found !== undefined) return [found];
  const unreadable = rows.find((row) => row.externalId.startsWith('?'));
  return unreadable?.problem ? [unreadableInventory(id, unreadable.problem)] : [];
}
