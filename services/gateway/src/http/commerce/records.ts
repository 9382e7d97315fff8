import type { CatalogServiceService } from '@crossdock/contracts/grpc/sync-orchestrator';
import type { Calls } from '@crossdock/rpc';
import { linkPages, pagesOf } from '../link.ts';
import { callerOf } from '../request.ts';
import type { Scope } from '../scope.ts';
import { timeOf } from '../times.ts';
import { success } from './family.ts';
import { connectorParams, ENTITIES, listRecords } from './schemas.ts';
import { pageView, recordView } from './views.ts';

/** What was synced, by page or by cursor. */
export function recordRoutes(scope: Scope, catalog: Calls<CatalogServiceService>): void {
  const options = {
    config: { permission: 'sync:read' },
    schema: { params: connectorParams, querystring: listRecords },
  } as const;
  for (const entity of ENTITIES) {
    scope.get(`/connectors/:connector_id/${entity}`, options, async (req, reply) => {
      const { page, page_size: pageSize, cursor = '', q = '', include_deleted: includeDeleted } = req.query;
      const updatedSince = timeOf(req.query.updated_since, 'updated_since');
      const request = {
        connectorId: req.params.connector_id,
        entity,
        page,
        pageSize,
        cursor,
        updatedSince,
        q,
        includeDeleted,
      };
      const { items, total, nextCursor } = await catalog.listRecords(request, callerOf(req));
      if (cursor === '') linkPages(req, reply, page, pagesOf(total, pageSize));
      return success({ ...pageView(items.map(recordView), total, page, pageSize), next_cursor: nextCursor || null });
    });
  }
}
