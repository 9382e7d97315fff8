import { type Operation, refusal } from '../operation.ts';
import { text } from '../shapes.ts';
import { SYNC_TASK } from './examples.ts';

const event = (name: string, id: string, data: object) => `event:${name}\nid:${id}\ndata:${JSON.stringify(data)}\n\n`;

const running = {
  ...SYNC_TASK.data,
  status: 'running',
  progress: { total: 1250, synced: 600, failed: 0, skipped: 3 },
  completed_at: null,
  duration_seconds: null,
};

export const taskEventOperations: Record<string, Operation> = {
  'GET /api/v1/connectors/:connector_id/sync/tasks/:task_id/events': {
    id: 'watchSyncTask',
    tag: 'Sync',
    summary: 'Watch a task',
    description:
      'Server-sent events: `progress` with the task as it stands and after each change, then one named after how it ended (`completed`, `failed`, `cancelled`), then the stream ends; `data` is the task as `GET …/{task_id}` shows it. A comment comes every 15 s. After 15 minutes the stream ends: come back with the last id, as an `EventSource` does by itself.',
    lastEventId: true,
    answer: {
      status: 200,
      description: 'The stream.',
      mediaType: 'text/event-stream',
      schema: text(),
      examples: {
        stream: `retry:2000\n\n${event('progress', '5f70bf18a0860070', running)}${event('completed', '9c1185a5c5e9fc54', SYNC_TASK.data)}`,
      },
    },
    otherwise: { status: 204, description: 'The task ended, and you know: there is nothing to come back for.' },
    refusals: [
      refusal('not_found', 'TASK_NOT_FOUND', '同步任务不存在', 'There is no such task.'),
      refusal(
        'too_many',
        'TOO_MANY_STREAMS',
        '同时打开的事件流过多，请关闭一些后重试',
        'The tenant has 50 streams open.',
        { retryAfterMs: 10_000 },
      ),
    ],
  },
};
