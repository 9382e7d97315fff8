import type { Connection, mongo } from 'mongoose';
import { countLive, idOf, ofConnector, recordModel, type CatalogRecord, type RecordRow } from './record-rows.ts';

export interface RecordQuery {
  tenant: string;
  connectorId: string;
  updatedSince?: Date;
  q?: string;
  includeDeleted: boolean;
}

/** What a text is looked for in, besides the whole external id. */
const SEARCHED: Record<string, string[]> = {
  products: ['title', 'outer_id'],
  orders: ['items.title', 'receiver.name', 'platform_status'],
  inventory: ['outer_id', 'product_id', 'sku_id'],
  reviews: ['content', 'product_id', 'order_id'],
};

/** Reads of what was synced. */
export function catalogStore(connection: Connection, entity: string) {
  const rows = () => recordModel(connection, entity).collection as unknown as mongo.Collection<RecordRow>;

  const searched = SEARCHED[entity] ?? [];

  function queryFilter({ tenant, connectorId, updatedSince, q, includeDeleted }: RecordQuery): mongo.Filter<RecordRow> {
    const text = q === undefined ? undefined : new RegExp(q.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`), 'i');
    const and: mongo.Filter<RecordRow>[] = [];
    if (updatedSince)
      and.push({ $or: [{ sourceUpdatedAt: { $gte: updatedSince } }, { deletedAt: { $gte: updatedSince } }] });
    if (text) and.push({ $or: [{ externalId: q! }, ...searched.map((field) => ({ [`fields.${field}`]: text }))] });
    return {
      tenant,
      ...ofConnector(connectorId),
      ...(!includeDeleted && { deletedAt: null }),
      ...(and.length > 0 && { $and: and }),
    };
  }

  /** A plain list is counted by indexes, a search by looking at each row. */
  async function count(query: RecordQuery): Promise<number> {
    if (query.updatedSince !== undefined || query.q !== undefined) return rows().countDocuments(queryFilter(query));
    const { tenant, connectorId, includeDeleted } = query;
    const any = await rows().findOne({ tenant, ...ofConnector(connectorId) }, { projection: { _id: 1 } });
    if (any === null) return 0;
    return includeDeleted ? rows().countDocuments(ofConnector(connectorId)) : countLive(rows(), connectorId);
  }

  return {
    /** In id order; `after` is the last external id of the page before. */
    async list(
      query: RecordQuery,
      { after, skip, limit }: { after: string | null; skip: number; limit: number },
    ): Promise<{ items: CatalogRecord[]; total: number }> {
      const filter = queryFilter(query);
      const page = after === null ? filter : { $and: [filter, { _id: { $gt: idOf(query.connectorId, after) } }] };
      const [items, total] = await Promise.all([
        rows()
          .find(page, { projection: { externalId: 1, fields: 1, sourceUpdatedAt: 1, syncedAt: 1, deletedAt: 1 } })
          .sort({ _id: 1 })
          .skip(skip)
          .limit(limit)
          .toArray(),
        count(query),
      ]);
      return { items: items as unknown as CatalogRecord[], total };
    },
  };
}

export type CatalogStore = ReturnType<typeof catalogStore>;
