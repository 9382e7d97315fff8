import type { RecordRef, RecordSource, Session, SourceRow } from '../adapter.ts';
import { inParallel } from '../in-parallel.ts';
import { isObject, type JsonObject, malformed } from './answer.ts';
import { idText, isId } from './fields.ts';
import { INVENTORY_FIELDS, inventoryRows, SKU_FIELDS, skuRow, unreadableInventory } from './inventory-row.ts';
import { CALLS_AT_ONCE, type Item, itemLists, itemReader, type ListedItem } from './items.ts';
import { isUnknown, type TopClient } from './top-client.ts';
import { walkedSource } from './walked-source.ts';

/** Stock of every product of the shop, sku by sku. */
export function taobaoInventory(top: TopClient): RecordSource {
  const items = itemReader(top, INVENTORY_FIELDS);

  async function listed(session: Session, rows: ListedItem[]): Promise<SourceRow[]> {
    const ids = rows.flatMap(({ id, problem }) => (problem === null ? [id] : []));
    const found = (await items(session, ids)).flatMap((item) => stockOf(item));
    for (const { id, problem } of rows) if (problem !== null) found.push(unreadableInventory(id, problem));
    return found;
  }

  /** By their products; what is stored of no product may be a product itself, or a sku that the platform finds alone. */
  async function byIds(session: Session, refs: RecordRef[]): Promise<SourceRow[]> {
    const products = await items(
      session,
      refs.map(({ id, productId }) => productId ?? id),
    );
    const productOf = new Map(products.map((item) => [item.id, item]));
    const wanted = new Map(refs.map((ref) => [ref.id, ref]));
    const rows: SourceRow[] = [];
    const alone: string[] = [];
    for (const { id, productId } of wanted.values()) {
      const item = productOf.get(productId ?? id);
      if (item !== undefined) rows.push(...rowOf(item, id));
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
    return top.call(session, 'taobao.item.sku.get', { fields: SKU_FIELDS, sku_id: id }, read, (failure) =>
      isUnknown(failure) ? [] : undefined,
    );
  }

  return { ...walkedSource({ ...itemLists(top), records: listed }), byIds };
}

const stockOf = ({ id, row, problem }: Item): SourceRow[] =>
  row === null ? [unreadableInventory(id, problem)] : inventoryRows(row, id);

/** The stock of one sku of a product. Beside skus without an id it is not called unknown: it may be one of them. */
function rowOf(item: Item, id: string): SourceRow[] {
  if (item.row === null) return [unreadableInventory(id, item.problem)];
  const rows = inventoryRows(item.row, item.id);
  const found = rows.find((row) => row.externalId === id);
  if (found !== undefined) return [found];
  const unreadable = rows.find((row) => row.externalId.startsWith('?'));
  return unreadable?.problem ? [unreadableInventory(id, unreadable.problem)] : [];
}
