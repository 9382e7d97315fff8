import Type from 'typebox';
import { defineEvent, orNull, timestamp } from './event.ts';

/** Somebody changed something; secrets are masked by the writer. `target` is `<kind>/<id>`. */
export const auditRecorded = defineEvent({
  topic: 'audit.recorded',
  version: 1,
  schema: Type.Object({
    actor: Type.String(),
    action: Type.String(),
    target: Type.String(),
    before: orNull(Type.Unknown()),
    after: orNull(Type.Unknown()),
    request_id: orNull(Type.String()),
    at: timestamp,
  }),
  key: (_data, tenantId) => tenantId,
  subject: (data) => data.target,
});
