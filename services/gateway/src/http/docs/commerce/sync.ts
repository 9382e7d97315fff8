import { fault, type Operation, refusal } from '../operation.ts';
import { ref } from '../shapes.ts';
import { noConnector } from './connectors.ts';
import { answer, envelope, page, pageOf } from './envelope.ts';
import { START_SYNC, SUBMITTED_SYNC, SYNC_TASK } from './examples.ts';

const tag = 'Sync';
const one = '/api/v1/connectors/:connector_id';
const task = `${one}/sync/tasks/:task_id`;

const noTask = refusal('not_found', 'TASK_NOT_FOUND', '同步任务不存在', 'There is no such task.');

const cancelling = {
  ...SYNC_TASK.data,
  status: 'running',
  reason: 'cancelling',
  completed_at: null,
  duration_seconds: null,
};

export const syncOperations: Record<string, Operation> = {
  [`POST ${one}/sync/:type`]: {
    id: 'startSync',
    tag,
    summary: 'Sync now',
    description:
      'Queues a task. While one of the same type and mode lives that one is answered, with `deduplicated`; one of another mode waits behind it.',
    requests: { documented: START_SYNC, everything: { mode: 'full' } },
    answer: {
      status: 202,
      description: 'The task, new or already there.',
      schema: envelope(ref('SubmittedTask'), 202),
      examples: { documented: SUBMITTED_SYNC },
    },
    refusals: [
      noConnector,
      refusal('conflict', 'CONNECTOR_002', '连接器尚未完成授权', 'The connector is not authorised yet.'),
      refusal('conflict', 'CONNECTOR_003', '连接器授权已失效，请重新授权', 'The connector lost its authorisation.'),
      fault('sync_type', '该平台不支持 reviews 同步，支持的类型：products、orders', 'The platform has no such sync.'),
      fault('since', '起始时间不能晚于当前时间', '`since` lies ahead, or the mode is `full`.'),
      refusal('too_many', 'SYNC_BUSY', '该连接器已有多个同步任务等待执行，请稍后重试', 'Several tasks wait already.', {
        retryAfterMs: 1_000,
      }),
    ],
  },
  [`GET ${one}/sync/tasks`]: {
    id: 'listSyncTasks',
    tag,
    summary: 'List the tasks of a connector',
    description: 'Also after the connector was deleted.',
    answer: {
      status: 200,
      description: 'One page of tasks, newest first.',
      schema: envelope(pageOf('Task')),
      examples: { one: answer(page([SYNC_TASK.data])) },
      headers: ['link'],
    },
    refusals: [noConnector],
  },
  [`GET ${task}`]: {
    id: 'getSyncTask',
    tag,
    summary: 'Read a task and its progress',
    answer: {
      status: 200,
      description: 'The task as it stands.',
      schema: envelope(ref('Task')),
      examples: { documented: SYNC_TASK },
    },
    refusals: [noTask],
  },
  [`POST ${task}/cancel`]: {
    id: 'cancelSyncTask',
    tag,
    summary: 'Cancel a task',
    description: 'Answered at once: a running task says `cancelling` until it ends, an ended one stays as it is.',
    answer: {
      status: 200,
      description: 'The task as it stands.',
      schema: envelope(ref('Task')),
      examples: { running: answer(cancelling) },
    },
    refusals: [noTask],
  },
  [`GET ${task}/errors`]: {
    id: 'listRecordErrors',
    tag,
    summary: 'List the records that failed in a task',
    answer: {
      status: 200,
      description: 'One page of records and why they could not be synced.',
      schema: envelope(pageOf('RecordError')),
      examples: {
        one: answer(
          page([
            {
              external_id: '9007199254740993',
              code: 'INVALID_FIELD',
              field: 'price',
              message: '价格无效',
              at: '2026-03-14T10:30:10Z',
            },
          ]),
        ),
      },
      headers: ['link'],
    },
    refusals: [noTask],
  },
};
