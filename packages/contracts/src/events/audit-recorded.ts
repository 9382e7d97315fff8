import Type from 'typebox';
import { defineEvent, orNull, TENANT, timestamp } from './event.ts';

/** Somebody changed something; secrets are masked by the writer. `target` is `<kind>/<id>`. */
export const auditRecorded = defineEvent({
  topic: 'audit.recorded',
  version: 1,
  summary: 'Somebody changed something',
  schema: Type.Object({
    actor: Type.String(),
    action: Type.String(),
    target: Type.String(),
    before: orNull(Type.Unknown()),
    after: orNull(Type.Unknown()),
    request_id: orNull(Type.String()),
    at: timestamp,
  }),
  keyedBy: TENANT,
  subject: (data) => data.target,
  example: {
    actor: 'user:1',
    action: 'connector.update',
    target: 'connector/019a0000-0000-7000-8000-000000000001',
    before: { sync_interval_minutes: 15 },
    after: { sync_interval_minutes: 5 },
    request_id: '019a0000-0000-7000-8000-0000000000aa',
    at: '2026-03-14T10:30:00Z',
  },
});
