import { afterAll, beforeAll, expect, test } from '@jest/globals';
import {
  at,
  attempt,
  CONNECTOR_ID,
  delivery,
  endpoint,
  recovery,
  TASK_ID,
  USUAL_SCHEDULE,
  WEBHOOK_ID,
} from './samples.ts';
import { type Gateway, startGateway } from './start-gateway.ts';

let gate: Gateway;
beforeAll(async () => void (gate = await startGateway()));
afterAll(() => gate[Symbol.asyncDispose]());

const lastCall = () => gate.calls().at(-1);
const webhooks = `/api/v1/connectors/${CONNECTOR_ID}/webhooks`;
const one = `${webhooks}/${WEBHOOK_ID}`;
const path = { connectorId: CONNECTOR_ID, id: WEBHOOK_ID };
const ofEndpoint = { connectorId: CONNECTOR_ID, endpointId: WEBHOOK_ID };

const { url, events } = endpoint();
const shown = {
  id: WEBHOOK_ID,
  url,
  events,
  status: 'enabled',
  secret_hint: '***cret',
  created_at: '2026-03-14T10:30:00Z',
};
const whole = {
  ...shown,
  disabled_reason: null,
  filter: null,
  headers: {},
  retry_schedule: USUAL_SCHEDULE,
  throttle: null,
  payload: 'full',
  live_secrets: 1,
  breaker_open_until: null,
  failing_since: null,
};
const document = { url, events, secret: 'your_webhook_secret' };
const NO_OPTIONS = {
  filterJson: undefined,
  headers: undefined,
  retrySchedule: undefined,
  throttle: undefined,
  payload: undefined,
};

test('the creation with the document’s body; a secret of ours is shown once', async () => {
  gate.script({ createEndpoint: () => ({ endpoint: endpoint() }) });
  const given = await gate.send('POST', webhooks, { json: document });
  expect([given.status, given.body.code, given.body.data]).toEqual([201, 201, shown]);
  expect(lastCall()?.request).toMatchObject({ connectorId: CONNECTOR_ID, ...document, options: NO_OPTIONS });
  gate.script({ createEndpoint: () => ({ endpoint: endpoint({ secret: 'whsec_made', weakSecret: true }) }) });
  const made = await gate.send('POST', webhooks, { json: { url, events } });
  expect(made.body.data).toEqual({ ...shown, secret: 'whsec_made', weak_secret: true });
  expect(made.headers.get('cache-control')).toBe('no-store');
});

test('the list, the one with its tag, and the deletion', async () => {
  gate.script({
    listEndpoints: () => ({ items: [endpoint()], total: 1 }),
    getEndpoint: () => ({ endpoint: endpoint() }),
    deleteEndpoint: () => ({}),
  });
  const page = { total: 1, page: 1, page_size: 20, pages: 1 };
  expect((await gate.send('GET', webhooks)).body.data).toEqual({ items: [whole], ...page });
  const read = await gate.send('GET', one);
  expect([read.body.data, read.headers.get('etag')]).toEqual([whole, '"4"']);
  expect((await gate.send('DELETE', one, { headers: { 'if-match': '"4"' } })).status).toBe(204);
  expect(lastCall()?.request).toEqual({ ...path, ifRevision: 4 });
});

test('a change carries only what was given; null takes an option away', async () => {
  const changed = endpoint({
    filterJson: '{"data.status":{"eq":"failed"}}',
    headers: { authorization: '***' },
    throttle: 2.5,
    payload: 'thin',
    revision: 5,
    breakerOpenUntil: at('2026-03-14T10:31:00Z'),
  });
  gate.script({ updateEndpoint: () => ({ endpoint: changed }) });
  const filter = { 'data.status': { eq: 'failed' } };
  const json = {
    url,
    events,
    status: 'paused',
    filter,
    headers: { 'X-Team': 'a' },
    throttle: 2.5,
    retry_schedule: [1],
  };
  const answer = await gate.send('PATCH', one, { json, headers: { 'if-match': '"4"' } });
  expect([answer.status, answer.headers.get('etag')]).toEqual([200, '"5"']);
  expect(answer.body.data).toEqual({
    ...whole,
    filter,
    headers: { authorization: '***' },
    throttle: 2.5,
    payload: 'thin',
    breaker_open_until: '2026-03-14T10:31:00Z',
  });
  expect(lastCall()?.request).toMatchObject({
    ...path,
    url,
    events: { values: events },
    status: 'paused',
    ifRevision: 4,
    options: {
      filterJson: JSON.stringify(filter),
      headers: { values: { 'X-Team': 'a' } },
      retrySchedule: { usual: false, seconds: [1] },
      throttle: 2.5,
      payload: undefined,
    },
  });
  await gate.send('PATCH', one, { json: { filter: null, headers: null, retry_schedule: null, throttle: null } });
  expect(lastCall()?.request).toMatchObject({
    url: undefined,
    events: undefined,
    status: undefined,
    options: { filterJson: '', headers: { values: {} }, retrySchedule: { usual: true, seconds: [] }, throttle: 0 },
  });
});

test('pause, resume, a new secret and a call to try it', async () => {
  gate.script({
    updateEndpoint: ({ status = '' }) => ({ endpoint: endpoint({ status }) }),
    rotateSecret: () => ({ endpoint: endpoint({ secret: 'whsec_made', liveSecrets: 2 }) }),
    verifyEndpoint: () => ({ attempt: attempt({ blame: 'receiver', statusCode: 500, error: 'HTTP 500' }) }),
  });
  expect((await gate.send('POST', `${one}/pause`)).body.data.status).toBe('paused');
  expect((await gate.send('POST', `${one}/resume`)).body.data.status).toBe('enabled');
  const rotated = await gate.send('POST', `${one}/rotate-secret`);
  expect(rotated.body.data).toEqual({ ...whole, live_secrets: 2, secret: 'whsec_made' });
  expect(rotated.headers.get('cache-control')).toBe('no-store');
  expect(lastCall()?.request).toMatchObject({ ...path, secret: undefined, overlapSeconds: 86_400 });
  await gate.send('POST', `${one}/rotate-secret`, { json: { overlap_seconds: 0 } });
  expect(lastCall()?.request).toMatchObject({ overlapSeconds: 0 });
  const { status, body } = await gate.send('POST', `${one}/verify`);
  expect([status, body.data]).toEqual([
    200,
    {
      ok: false,
      at: '2026-03-14T10:30:51Z',
      status_code: 500,
      response_body: 'ok',
      duration_ms: 12,
      timeline: { dns_ms: null, connect_ms: null, tls_ms: null, first_byte_ms: 11.5, total_ms: 12.35 },
      address: '203.0.113.7',
      request_headers: { 'webhook-timestamp': '1773484251' },
      blame: 'receiver',
      error: 'HTTP 500',
    },
  ]);
});

const view = {
  id: TASK_ID,
  event_id: 'e1',
  event_type: 'sync.completed',
  status: 'delivered',
  attempt_count: 1,
  next_attempt_at: null,
  reason: null,
  test: false,
  created_at: '2026-03-14T10:30:51Z',
};

test('the deliveries and their attempts', async () => {
  gate.script({
    listDeliveries: () => ({ items: [delivery()], total: 1 }),
    getDelivery: () => ({ delivery: delivery(), attempts: [attempt()] }),
  });
  const deliveries = `${one}/deliveries`;
  expect((await gate.send('GET', `${deliveries}?status=delivered&since=2026-03-14T00:00:00Z`)).body.data.items).toEqual(
    [view],
  );
  expect((await gate.send('GET', `${deliveries}/${TASK_ID}`)).body.data).toEqual({
    ...view,
    attempts: [
      {
        number: 1,
        at: '2026-03-14T10:30:51Z',
        trigger: 'schedule',
        status_code: 200,
        response_body: 'ok',
        duration_ms: 12,
        timeline: { dns_ms: null, connect_ms: null, tls_ms: null, first_byte_ms: 11.5, total_ms: 12.35 },
        address: '203.0.113.7',
        request_headers: { 'webhook-timestamp': '1773484251' },
        blame: null,
        error: null,
        next_attempt_at: null,
      },
    ],
  });
});

test('a resend, a test and a recovery are taken with a 202', async () => {
  gate.script({
    resendDelivery: () => ({ delivery: delivery({ status: 'pending' }) }),
    sendTest: () => ({ delivery: delivery({ status: 'pending', test: true }) }),
    startRecovery: () => ({ recovery: recovery() }),
    getRecovery: () => ({ recovery: recovery() }),
    cancelRecovery: () => ({ recovery: recovery({ status: 'cancelled' }) }),
  });
  const resent = await gate.send('POST', `${one}/deliveries/${TASK_ID}/resend`);
  expect([resent.status, resent.body.code, resent.body.data]).toEqual([202, 202, { ...view, status: 'pending' }]);
  expect(lastCall()?.request).toEqual({ ...ofEndpoint, id: TASK_ID, idempotencyKey: '' });
  const tried = await gate.send('POST', `${one}/test`);
  expect([tried.status, tried.body.data.test, lastCall()?.request]).toEqual([
    202,
    true,
    { ...ofEndpoint, eventType: '', idempotencyKey: '' },
  ]);
  const json = { since: '2026-03-13T00:00:00Z', events: ['sync.failed'] };
  const started = await gate.send('POST', `${one}/recover`, { json });
  expect([started.status, started.body.data]).toEqual([
    202,
    { task_id: TASK_ID, count: 12, status: 'running', dry_run: false },
  ]);
  expect(lastCall()?.request).toMatchObject({
    ...ofEndpoint,
    since: at('2026-03-13T00:00:00Z'),
    until: undefined,
    status: 'failed',
    types: ['sync.failed'],
    dryRun: false,
  });
  expect((await gate.send('GET', `${one}/recover/${TASK_ID}`)).body.data).toEqual({
    ...started.body.data,
    processed: 8,
    resent: 7,
    skipped: 1,
    since: '2026-03-13T00:00:00Z',
    until: '2026-03-14T11:00:00Z',
    of_status: 'failed',
    events: [],
    created_at: '2026-03-14T11:00:00Z',
    completed_at: null,
  });
  expect((await gate.send('POST', `${one}/recover/${TASK_ID}/cancel`)).body.data.status).toBe('cancelled');
});

test('the catalogue tells every event with a schema and an example, and asks no service', async () => {
  const before = gate.calls().length;
  const { items } = (await gate.send('GET', '/api/v1/webhooks/event-types')).body.data;
  expect(items.map(({ type }: { type: string }) => type).toSorted()).toEqual([
    'connector.disconnected',
    'connector.error',
    'sync.completed',
    'sync.failed',
  ]);
  for (const { type, schema, example } of items) {
    expect(example).toMatchObject({ id: expect.any(String), type, timestamp: expect.any(String), data: {} });
    expect(schema.required.toSorted()).toEqual(Object.keys(example).toSorted());
  }
  expect(gate.calls()).toHaveLength(before);
});

test.each<[string, string, unknown, string]>([
  ['PATCH', one, { url: 5 }, 'url'],
  ['PATCH', one, { events: [] }, 'events'],
  ['PATCH', one, { status: 'disabled' }, 'status'],
  ['PATCH', one, { filter: 'x' }, 'filter'],
  ['PATCH', one, { filter: { 'data.a': { $gt: 1 } } }, 'filter.data.a.$gt'],
  ['PATCH', one, { headers: { 'X-A': 1 } }, 'headers.X-A'],
  ['PATCH', one, { retry_schedule: ['5'] }, 'retry_schedule.0'],
  ['PATCH', one, { retry_schedule: [1.5] }, 'retry_schedule.0'],
  ['PATCH', one, { throttle: 0 }, 'throttle'],
  ['PATCH', one, { throttle: '5' }, 'throttle'],
  ['PATCH', one, { payload: 'huge' }, 'payload'],
  ['PATCH', one, { secret: 'x' }, 'secret'],
  ['POST', `${one}/pause`, { surprise: 1 }, 'surprise'],
  ['POST', `${one}/rotate-secret`, { secret: '' }, 'secret'],
  ['POST', `${one}/rotate-secret`, { overlap_seconds: -1 }, 'overlap_seconds'],
  ['POST', `${one}/rotate-secret`, { overlap_seconds: 604_801 }, 'overlap_seconds'],
  ['POST', `${one}/rotate-secret`, { overlap_seconds: '60' }, 'overlap_seconds'],
  ['POST', `${one}/test`, { event_type: '' }, 'event_type'],
  ['POST', `${one}/recover`, {}, 'since'],
  ['POST', `${one}/recover`, { since: 'yesterday' }, 'since'],
  ['POST', `${one}/recover`, { since: '2026-03-13T00:00:00Z', status: 'cancelled' }, 'status'],
  ['POST', `${one}/recover`, { since: '2026-03-13T00:00:00Z', dry_run: 'yes' }, 'dry_run'],
])('%s %s refuses %j by field', async (method, address, json, field) => {
  const before = gate.calls().length;
  const { status, body } = await gate.send(method, address, { json });
  expect([status, Object.keys(body.data.errors)]).toEqual([422, expect.arrayContaining([field])]);
  expect(gate.calls()).toHaveLength(before);
});
