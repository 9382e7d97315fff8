import Type from 'typebox';
import { defineEvent, orNull, timestamp } from './event.ts';

/** A sync task ended, in whatever way; one per task. `reason` is a code, null when all went well. */
export const syncCompleted = defineEvent({
  topic: 'sync.completed',
  version: 1,
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
  }),
  key: (data) => data.connector_id,
  subject: (data) => data.task_id,
});
