import Type from 'typebox';
import { defineEvent } from './event.ts';

export const MAX_RECORD_CHANGES = 500;

/** What one page of a sync changed, told once per row and version. */
export const recordsChanged = defineEvent({
  topic: 'records.changed',
  version: 1,
  schema: Type.Object({
    connector_id: Type.String(),
    platform: Type.String(),
    entity: Type.String(),
    task_id: Type.String(),
    page: Type.Integer(),
    changes: Type.Array(
      Type.Object({
        external_id: Type.String(),
        op: Type.Union([Type.Literal('created'), Type.Literal('updated'), Type.Literal('deleted')]),
        version: Type.Integer(),
      }),
      { maxItems: MAX_RECORD_CHANGES },
    ),
  }),
  key: (data) => data.connector_id,
  subject: (data) => data.connector_id,
});
