import Type from 'typebox';
import { defineEvent, orNull } from './event.ts';

/** The state of a connector after a change; one with an older version than a consumer holds is ignored. */
export const connectorChanged = defineEvent({
  topic: 'connector.changed',
  version: 1,
  schema: Type.Object({
    connector_id: Type.String(),
    platform: Type.String(),
    version: Type.Integer(),
    status: Type.String(),
    status_reason: orNull(Type.String()),
    sync_interval_minutes: Type.Integer(),
    deleted: Type.Boolean(),
  }),
  key: (data) => data.connector_id,
  subject: (data) => data.connector_id,
});
