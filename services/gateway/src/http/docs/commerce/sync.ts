import { type Answer, fault, type Operation, refusal } from '../operation.ts';
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

const submitted: Answer = {
  status: 202,
  description: 'The task, new or already there.',
  schema: envelope(ref('SubmittedTask'), 202),
  examples: { documented: SUBMITTED_SYNC },
};

const notSyncable = [
  refusal('conflict', 'CONNECTOR_002', '连接器尚未完成授权', 'The connector is not authorised yet.'),
  refusal('conflict', 'CONNECTOR_003', '连接器授权已失效，请重新授权', 'The connector lost its authorisation.'),
  refusal('conflict', 'CONNECTOR_004', '连接器已暂停，请先恢复', 'The connector is paused.'),
  fault('sync_type', '该平台不支持 reviews 同步，支持的类型：products、orders', 'The platform has no such sync.'),
];

const busy = refusal(
  'too_many',
  'SYNC_BUSY',
  '该连接器已有多个同步任务等待执行，请稍后重试',
  'Several tasks wait already.',
  { retryAfterMs: 5_000 },
);

const noReview = refusal('conflict', 'NO_REVIEW', '该任务没有待审核的删除', 'It held nothing back.');
const reviewClosed = refusal(
  'conflict',
  'REVIEW_CLOSED',
  '该任务的删除已审核或已过期',
  'Decided otherwise before, or held more than thirty days ago.',
);

const held = {
  ...SYNC_TASK.data,
  reason: 'needs_review',
  review: { gone: 620, living: 1870, decision: 'discarded' },
};

export const syncOperations: Record<string, Operation> = {
  [`POST ${one}/sync/:type`]: {
    id: 'startSync',
    tag,
    summary: 'Sync now',
    description:
      'Queues a task. While one of the same type and mode lives that one is answered, with `deduplicated`; one of another mode waits behind it.',
    requests: { documented: START_SYNC, everything: { mode: 'full' } },
    answer: submitted,
    refusals: [
      noConnector,
      ...notSyncable,
      fault('since', '起始时间不能晚于当前时间', '`since` lies ahead, or the mode is `full`.'),
      busy,
    ],
  },
  [`POST ${one}/sync/:type/:record`]: {
    id: 'syncRecord',
    tag,
    summary: 'Sync one record now',
    description:
      'Reads it from the platform by its id. One that the platform no longer knows becomes a tombstone; one that nobody knows fails with its reason.',
    requests: { nothing: {} },
    answer: submitted,
    refusals: [noConnector, ...notSyncable, busy],
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
  [`POST ${task}/approve`]: {
    id: 'approveDeletions',
    tag,
    summary: 'Approve the deletions a full sync held back',
    description:
      'A full sync that finds more than 20 % or more than 500 rows gone removes none and ends with the reason `needs_review`. Approved, a task asks the platform once more and removes what it still does not know.',
    answer: submitted,
    refusals: [noTask, ...notSyncable, noReview, reviewClosed, busy],
  },
  [`POST ${task}/discard`]: {
    id: 'discardDeletions',
    tag,
    summary: 'Discard the deletions a full sync held back',
    description: 'The rows stay; the next full sync finds them again.',
    answer: {
      status: 200,
      description: 'The task as it stands.',
      schema: envelope(ref('Task')),
      examples: { discarded: answer(held) },
    },
    refusals: [noTask, noReview, reviewClosed],
  },
  [`POST ${task}/errors/retry`]: {
    id: 'retryRecordErrors',
    tag,
    summary: 'Try the failed records of a task again',
    requests: { all: {}, some: { external_ids: ['9007199254740993'] } },
    answer: submitted,
    refusals: [
      noTask,
      ...notSyncable,
      refusal('conflict', 'NO_RECORD_ERRORS', '该任务没有失败的记录', 'No record failed in it.'),
      fault('external_ids', '该任务没有这些失败记录：42', 'No such record failed in it.'),
      busy,
    ],
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
