import Type from 'typebox';
import { defineEvent } from './event.ts';

export const MAX_RECORD_CHANGES = 500;

/** What one page of a sync changed, told once per row and version. */
export const recordsChanged = defineEvent({
  topic: 'records.changed',
  version: 1,
  summary: 'What one page of a sync changed',
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
  keyedBy: 'connector_id',
  subject: (data) => data.connector_id,
  example: {
    connector_id: '019a0000-0000-7000-8000-000000000001',
    platform: 'tmall',
    entity: 'products',
    task_id: '019a0000-0000-7000-8000-000000000002',
    page: 1,
    changes: [
      { external_id: '9007199254740993', op: 'updated', version: 4 },
      { external_id: '9007199254740994', op: 'created', version: 1 },
    ],
  },
});
