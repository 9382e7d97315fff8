import type { CatalogServiceServer } from '@crossdock/contracts/grpc/sync-orchestrator';
import { unary } from '@crossdock/rpc';
import type { listRecords } from '../app/list-records.ts';

export const catalogService = (list: ReturnType<typeof listRecords>): CatalogServiceServer => ({
  listRecords: unary(async ({ updatedSince, q, ...request }, { tenant }) => {
    const { items, total, nextCursor } = await list({
      ...request,
      tenant,
      ...(updatedSince && { updatedSince }),
      ...(q !== '' && { q }),
    });
    return {
      items: items.map(({ externalId, fields, sourceUpdatedAt, syncedAt, deletedAt }) => ({
        externalId,
        fieldsJson: JSON.stringify(fields),
        sourceUpdatedAt: sourceUpdatedAt ?? undefined,
        syncedAt,
        deletedAt: deletedAt ?? undefined,
      })),
      total,
      nextCursor: nextCursor ?? '',
    };
  }),
});
