import Type from 'typebox';
import { defineEvent, orNull, timestamp } from './event.ts';

/** A sync task ended, in whatever way; one per task. `reason` is a code, null when all went well. */
export const syncCompleted = defineEvent({
  topic: 'sync.completed',
  version: 1,
  summary: 'A sync task ended: completed, failed or cancelled',
  schema: Type.Object({
    task_id: Type.String(),
    connector_id: Type.String(),
    platform: Type.String(),
    sync_type: Type.String(),
    mode: Type.String(),
    status: Type.Union([Type.Literal('completed'), Type.Literal('failed'), Type.Literal('cancelled')]),
    progress: Type.Object({
      total: orNull(Type.Integer()),
      synced: Type.Integer(),
      failed: Type.Integer(),
      skipped: Type.Integer(),
    }),
    totals: Type.Object({ products: Type.Integer(), orders_30d: Type.Integer() }),
    reason: orNull(Type.String()),
    started_at: orNull(timestamp),
    completed_at: timestamp,
    duration_seconds: orNull(Type.Number()),
    scope: Type.Optional(
      Type.Union([Type.Literal('records'), Type.Literal('deletions')], {
        description: 'Absent for a sync; else the task read single records, or removed what a sync had held back.',
      }),
    ),
  }),
  keyedBy: 'connector_id',
  subject: (data) => data.task_id,
  example: {
    task_id: '019a0000-0000-7000-8000-000000000002',
    connector_id: '019a0000-0000-7000-8000-000000000001',
    platform: 'tmall',
    sync_type: 'products',
    mode: 'incremental',
    status: 'completed',
    progress: { total: 1250, synced: 1250, failed: 0, skipped: 3 },
    totals: { products: 1250, orders_30d: 8500 },
    reason: null,
    started_at: '2026-03-14T10:30:05Z',
    completed_at: '2026-03-14T10:30:50Z',
    duration_seconds: 45,
  },
});
