import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { at, CONNECTOR_ID, task, TASK_ID } from './samples.ts';
import { type Gateway, startGateway } from './start-gateway.ts';

let gate: Gateway;
beforeAll(async () => void (gate = await startGateway()));
afterAll(() => gate[Symbol.asyncDispose]());

const lastCall = () => gate.calls().at(-1);
const one = `/api/v1/connectors/${CONNECTOR_ID}`;

const submitted = {
  task_id: TASK_ID,
  connector_id: CONNECTOR_ID,
  sync_type: 'products',
  mode: 'incremental',
  status: 'queued',
  created_at: '2026-03-14T10:30:00Z',
};

test('the trigger with the document’s body', async () => {
  gate.script({ startSync: () => ({ task: task({ status: 'queued' }), deduplicated: false }) });
  const answer = await gate.send('POST', `${one}/sync/products`, {
    json: { mode: 'incremental', since: '2026-03-13T00:00:00Z' },
  });
  expect([answer.status, answer.body]).toEqual([202, { code: 202, message: '同步任务已提交', data: submitted }]);
  expect(lastCall()?.request).toMatchObject({
    connectorId: CONNECTOR_ID,
    syncType: 'products',
    mode: 'incremental',
    since: at('2026-03-13T00:00:00Z'),
  });
});

test('without a body it is incremental, and a repeat says so', async () => {
  gate.script({ startSync: () => ({ task: task({ status: 'queued' }), deduplicated: true }) });
  const answer = await gate.send('POST', `${one}/sync/products`);
  expect(answer.body.data).toEqual({ ...submitted, deduplicated: true });
  expect(lastCall()?.request).toMatchObject({ mode: 'incremental', since: undefined });
});

const completed = {
  task_id: TASK_ID,
  connector_id: CONNECTOR_ID,
  sync_type: 'products',
  mode: 'incremental',
  status: 'completed',
  reason: null,
  trigger: 'manual',
  progress: { total: 1250, synced: 1250, failed: 0, skipped: 3 },
  started_at: '2026-03-14T10:30:05Z',
  completed_at: '2026-03-14T10:30:50Z',
  duration_seconds: 45,
};

test('the task', async () => {
  gate.script({ getTask: () => ({ task: task() }) });
  expect((await gate.send('GET', `${one}/sync/tasks/${TASK_ID}`)).body).toEqual({
    code: 200,
    message: 'success',
    data: completed,
  });
});

test('a waiting task knows no total and no times', async () => {
  const waiting = task({
    status: 'queued',
    progress: undefined,
    startedAt: undefined,
    completedAt: undefined,
    durationSeconds: undefined,
  });
  gate.script({ getTask: () => ({ task: waiting }) });
  expect((await gate.send('GET', `${one}/sync/tasks/${TASK_ID}`)).body.data).toMatchObject({
    progress: { total: null, synced: 0, failed: 0, skipped: 0 },
    started_at: null,
    completed_at: null,
    duration_seconds: null,
  });
});

test('the list of tasks, the cancel and the record errors', async () => {
  gate.script({
    listTasks: () => ({ items: [task()], total: 1 }),
    cancelTask: () => ({
      task: task({ status: 'running', reason: 'cancelling', completedAt: undefined, durationSeconds: undefined }),
    }),
    listRecordErrors: () => ({
      items: [
        {
          externalId: '9007199254740993',
          code: 'PRICE',
          field: 'price',
          message: '价格无效',
          at: at('2026-03-14T10:30:10Z'),
        },
      ],
      total: 1,
    }),
  });
  const list = await gate.send('GET', `${one}/sync/tasks?type=products&status=completed&page_size=5`);
  expect(list.body.data).toEqual({ items: [completed], total: 1, page: 1, page_size: 5, pages: 1 });
  const cancelled = await gate.send('POST', `${one}/sync/tasks/${TASK_ID}/cancel`);
  expect([cancelled.status, cancelled.body.data]).toEqual([
    200,
    { ...completed, status: 'running', reason: 'cancelling', completed_at: null, duration_seconds: null },
  ]);
  const errors = await gate.send('GET', `${one}/sync/tasks/${TASK_ID}/errors`);
  expect(errors.body.data.items).toEqual([
    {
      external_id: '9007199254740993',
      code: 'PRICE',
      field: 'price',
      message: '价格无效',
      at: '2026-03-14T10:30:10Z',
    },
  ]);
});

test('the records', async () => {
  const fields = { title: '智能手机', status: 'on_sale', price: { amount: '59.00', currency: 'CNY', minor: '5900' } };
  gate.script({
    listRecords: () => ({
      items: [
        {
          externalId: '9007199254740993',
          fieldsJson: JSON.stringify(fields),
          sourceUpdatedAt: at('2026-03-14T09:00:00Z'),
          syncedAt: at('2026-03-14T10:30:06Z'),
          deletedAt: undefined,
        },
      ],
      total: 1,
      nextCursor: '',
    }),
  });
  const answer = await gate.send(
    'GET',
    `${one}/products?updated_since=2026-03-01T00:00:00Z&q=手机&include_deleted=true`,
  );
  expect(answer.body.data).toEqual({
    items: [
      {
        external_id: '9007199254740993',
        ...fields,
        source_updated_at: '2026-03-14T09:00:00Z',
        synced_at: '2026-03-14T10:30:06Z',
        deleted_at: null,
      },
    ],
    total: 1,
    page: 1,
    page_size: 20,
    pages: 1,
    next_cursor: null,
  });
  expect(lastCall()?.request).toMatchObject({
    entity: 'products',
    updatedSince: at('2026-03-01T00:00:00Z'),
    q: '手机',
    includeDeleted: true,
    cursor: '',
  });
});

test('one record by its id', async () => {
  gate.script({ syncRecord: () => ({ task: task({ status: 'queued' }), deduplicated: false }) });
  const answer = await gate.send('POST', `${one}/sync/products/9007199254740993`);
  expect([answer.status, answer.body.data]).toEqual([202, submitted]);
  expect(lastCall()?.request).toMatchObject({ syncType: 'products', externalId: '9007199254740993' });
  expect((await gate.send('POST', `${one}/sync/products/${'9'.repeat(101)}`)).status).toBe(404);
});

test('failed records, some or all of them, and the filters of their list', async () => {
  gate.script({
    retryRecordErrors: () => ({ task: task({ status: 'queued' }), deduplicated: false }),
    listRecordErrors: () => ({ items: [], total: 0 }),
  });
  const retry = (json?: object) => gate.send('POST', `${one}/sync/tasks/${TASK_ID}/errors/retry`, json && { json });
  expect([(await retry()).status, lastCall()?.request]).toEqual([202, expect.objectContaining({ externalIds: [] })]);
  await retry({ external_ids: ['1', '2'] });
  expect(lastCall()?.request).toMatchObject({ taskId: TASK_ID, externalIds: ['1', '2'] });
  for (const external_ids of [[], ['1', '1'], [''], [1], '1', Array.from({ length: 101 }, (_, n) => `${n}`)]) {
    const refused = await retry({ external_ids });
    expect([refused.status, Object.keys(refused.body.data.errors)[0]]).toEqual([
      422,
      expect.stringContaining('external_ids'),
    ]);
  }
  await gate.send('GET', `${one}/sync/tasks/${TASK_ID}/errors?code=invalid_price&field=price&external_id=7`);
  expect(lastCall()?.request).toMatchObject({ code: 'invalid_price', field: 'price', externalId: '7' });
});

test('deletions held back are approved or discarded', async () => {
  const review = { gone: 620, living: 1870, decision: 'discarded' };
  gate.script({
    approveDeletions: () => ({ task: task({ status: 'queued' }), deduplicated: false }),
    discardDeletions: () => ({ task: task({ reason: 'needs_review', review }) }),
  });
  const approved = await gate.send('POST', `${one}/sync/tasks/${TASK_ID}/approve`);
  expect([approved.status, approved.body.data]).toEqual([202, submitted]);
  const discarded = await gate.send('POST', `${one}/sync/tasks/${TASK_ID}/discard`);
  expect([discarded.status, discarded.body.data]).toEqual([200, { ...completed, reason: 'needs_review', review }]);
});

test('a task that waits tells when it is expected to go on', async () => {
  const expectedStartAt = at('2026-03-14T10:31:00Z');
  gate.script({ getTask: () => ({ task: task({ status: 'queued', reason: 'rate_limited', expectedStartAt }) }) });
  const { body } = await gate.send('GET', `${one}/sync/tasks/${TASK_ID}`);
  expect(body.data).toMatchObject({ reason: 'rate_limited', expected_start_at: '2026-03-14T10:31:00Z' });
});
