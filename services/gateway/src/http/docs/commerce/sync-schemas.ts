import Type from 'typebox';
import { choice, count, orNull, text, time } from '../shapes.ts';

const status = () => choice(['queued', 'running', 'completed', 'failed', 'cancelled']);
const mode = () => choice(['full', 'incremental']);

export const syncSchemas = {
  SubmittedTask: Type.Object({
    task_id: text(),
    connector_id: text(),
    sync_type: text(),
    mode: mode(),
    status: status(),
    created_at: time(),
    deduplicated: Type.Optional(
      Type.Literal(true, { description: 'Such a task was there already: this is that one. Absent for a new task.' }),
    ),
  }),
  Task: Type.Object({
    task_id: text(),
    connector_id: text(),
    sync_type: text(),
    mode: mode(),
    status: status(),
    reason: Type.Optional(
      orNull(text({ description: 'A code: why it waits, was cancelled or failed; null when all is well.' })),
    ),
    trigger: Type.Optional(choice(['manual', 'schedule', 'retry'])),
    progress: Type.Object({
      total: orNull(count({ description: 'The rows the platform returned; null until that is known.' })),
      synced: count({ description: 'Records that are in step now.' }),
      failed: count({ description: 'Records that could not be; `…/errors` tells why.' }),
      skipped: count({ description: 'How many of `synced` needed no write, because nothing had changed.' }),
    }),
    started_at: orNull(time()),
    completed_at: orNull(time()),
    duration_seconds: orNull(Type.Number()),
    expected_start_at: Type.Optional(time({ description: 'When a task that waits is expected to go on.' })),
    review: Type.Optional(
      Type.Object(
        {
          gone: count({ description: 'Rows that the platform no longer has.' }),
          living: count({ description: 'Of so many rows.' }),
          decision: choice(['open', 'approved', 'discarded']),
        },
        { description: 'Deletions that a full sync held back: approve or discard them.' },
      ),
    ),
  }),
  RecordError: Type.Object({
    external_id: text({ description: 'The platform’s id of the record.' }),
    code: text(),
    field: orNull(text()),
    message: text(),
    at: time(),
  }),
};
