import Type from 'typebox';
import { defineEvent, orNull, timestamp } from './event.ts';

/** The state of a connector after a change; one with an older version than a consumer holds is ignored. */
export const connectorChanged = defineEvent({
  topic: 'connector.changed',
  version: 1,
  summary: 'The state of a connector changed, or what people edit of it',
  schema: Type.Object({
    connector_id: Type.String(),
    platform: Type.String(),
    version: Type.Integer(),
    status: Type.String(),
    status_reason: orNull(Type.String()),
    sync_interval_minutes: Type.Integer(),
    deleted: Type.Boolean(),
    /** Since when the connector stands authorised: the first due time is one interval later. */
    authorized_at: Type.Optional(orNull(timestamp)),
  }),
  keyedBy: 'connector_id',
  subject: (data) => data.connector_id,
  example: {
    connector_id: '019a0000-0000-7000-8000-000000000001',
    platform: 'tmall',
    version: 7,
    status: 'running',
    status_reason: null,
    sync_interval_minutes: 15,
    deleted: false,
    authorized_at: '2026-01-20T08:00:00Z',
  },
});
