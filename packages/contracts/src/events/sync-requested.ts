import Type from 'typebox';
import { defineEvent, orNull, timestamp } from './event.ts';

/** A sync task was queued. It only wakes workers: the task itself is in the orchestrator's store. */
export const syncRequested = defineEvent({
  topic: 'sync.requested',
  version: 1,
  summary: 'A sync task was queued',
  schema: Type.Object({
    task_id: Type.String(),
    connector_id: Type.String(),
    platform: Type.String(),
    sync_type: Type.String(),
    mode: Type.String(),
    since: orNull(timestamp),
    trigger: Type.Union([Type.Literal('manual'), Type.Literal('schedule'), Type.Literal('retry')]),
  }),
  keyedBy: 'connector_id',
  subject: (data) => data.task_id,
  example: {
    task_id: '019a0000-0000-7000-8000-000000000002',
    connector_id: '019a0000-0000-7000-8000-000000000001',
    platform: 'tmall',
    sync_type: 'products',
    mode: 'incremental',
    since: '2026-03-13T00:00:00Z',
    trigger: 'manual',
  },
});
