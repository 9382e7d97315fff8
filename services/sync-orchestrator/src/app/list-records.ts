import { invalidField } from '@crossdock/kernel';
import type { CatalogStore, RecordQuery } from '../store/catalog.ts';
import type { CatalogRecord } from '../store/record-rows.ts';

export interface ListRecords extends RecordQuery {
  entity: string;
  page: number;
  pageSize: number;
  /** From an earlier answer; '' reads by page. */
  cursor: string;
}

export interface ListRecordsDeps {
  storeOf(entity: string): CatalogStore | undefined;
  /** Throws not_found for a connector the tenant never had; a deleted one's records stay readable. */
  knownConnector(tenant: string, id: string): Promise<void>;
}

const cursorOf = (externalId: string): string => Buffer.from(externalId).toString('base64url');

function afterOf(cursor: string): string | null {
  if (cursor === '') return null;
  const after = Buffer.from(cursor, 'base64url').toString();
  if (after === '' || cursorOf(after) !== cursor) throw invalidField('cursor', '游标无效');
  return after;
}

/** What it was last is no state of a product that is gone. */
const asShown = (entity: string, record: CatalogRecord): CatalogRecord =>
  entity === 'products' && record.deletedAt !== null
    ? { ...record, fields: { ...record.fields, status: 'deleted' } }
    : record;

/** Synced records in id order, by page or by cursor; `nextCursor` is null at the end. */
export function listRecords({ storeOf, knownConnector }: ListRecordsDeps) {
  return async ({
    entity,
    page,
    pageSize,
    cursor,
    ...query
  }: ListRecords): Promise<{ items: CatalogRecord[]; total: number; nextCursor: string | null }> => {
    const store = storeOf(entity);
    const after = afterOf(cursor);
    // One more than asked for tells whether anything follows.
    const at = { after, skip: after === null ? (page - 1) * pageSize : 0, limit: pageSize + 1 };
    const { items, total } = store === undefined ? { items: [], total: 0 } : await store.list(query, at);
    if (total === 0) await knownConnector(query.tenant, query.connectorId);
    const shown = items.slice(0, pageSize).map((record) => asShown(entity, record));
    const last = shown.at(-1);
    return { items: shown, total, nextCursor: items.length > pageSize && last ? cursorOf(last.externalId) : null };
  };
}
