import Type from 'typebox';
import { defineEvent, orNull, timestamp } from './event.ts';

/** A sync task was queued. It only wakes workers: the task itself is in the orchestrator's store. */
export const syncRequested = defineEvent({
  topic: 'sync.requested',
  version: 1,
  schema: Type.Object({
    task_id: Type.String(),
    connector_id: Type.String(),
    platform: Type.String(),
    sync_type: Type.String(),
    mode: Type.String(),
    since: orNull(timestamp),
    trigger: Type.Union([Type.Literal('manual'), Type.Literal('schedule'), Type.Literal('retry')]),
  }),
  key: (data) => data.connector_id,
  subject: (data) => data.task_id,
});

