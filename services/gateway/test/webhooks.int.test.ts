import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { at, CONNECTOR_ID, TASK_ID, WEBHOOK_ID } from './samples.ts';
import { type Gateway, startGateway } from './start-gateway.ts';

let gate: Gateway;
beforeAll(async () => void (gate = await startGateway()));
afterAll(() => gate[Symbol.asyncDispose]());

const lastCall = () => gate.calls().at(-1);
const one = `/api/v1/connectors/${CONNECTOR_ID}`;

const endpoint = {
  id: WEBHOOK_ID,
  connectorId: CONNECTOR_ID,
  url: 'https://your-system.com/webhook/nolux',
  events: ['sync.completed', 'sync.failed'],
  status: 'enabled',
  disabledReason: '',
  secretHint: 'your***',
  secret: '',
  createdAt: at('2026-03-14T10:30:00Z'),
};
const shown = {
  id: WEBHOOK_ID,
  url: endpoint.url,
  events: endpoint.events,
  status: 'enabled',
  secret_hint: 'your***',
  created_at: '2026-03-14T10:30:00Z',
};
const document = { url: endpoint.url, events: endpoint.events, secret: 'your_webhook_secret' };

test('the creation with the document’s body; a secret of ours is shown once', async () => {
  gate.script({ createEndpoint: () => ({ endpoint }) });
  const given = await gate.send('POST', `${one}/webhooks`, { json: document });
  expect([given.status, given.body.code, given.body.data]).toEqual([201, 201, shown]);
  expect(lastCall()?.request).toMatchObject({ connectorId: CONNECTOR_ID, ...document });
  gate.script({ createEndpoint: () => ({ endpoint: { ...endpoint, secret: 'whsec_made' } }) });
  const made = await gate.send('POST', `${one}/webhooks`, { json: { url: document.url, events: document.events } });
  expect(made.body.data).toEqual({ ...shown, secret: 'whsec_made' });
  expect(made.headers.get('cache-control')).toBe('no-store');
});

test('the list, the one and the deletion', async () => {
  gate.script({
    listEndpoints: () => ({ items: [endpoint], total: 1 }),
    getEndpoint: () => ({ endpoint }),
    deleteEndpoint: () => ({}),
  });
  const listed = { ...shown, disabled_reason: null };
  expect((await gate.send('GET', `${one}/webhooks`)).body.data).toEqual({
    items: [listed],
    total: 1,
    page: 1,
    page_size: 20,
    pages: 1,
  });
  expect((await gate.send('GET', `${one}/webhooks/${WEBHOOK_ID}`)).body.data).toEqual(listed);
  expect((await gate.send('DELETE', `${one}/webhooks/${WEBHOOK_ID}`)).status).toBe(204);
});

test('the deliveries and their attempts', async () => {
  const delivery = {
    id: TASK_ID,
    eventId: 'e1',
    eventType: 'sync.completed',
    status: 'delivered',
    attemptCount: 1,
    nextAttemptAt: undefined,
    createdAt: at('2026-03-14T10:30:51Z'),
  };
  const attempt = {
    number: 1,
    at: at('2026-03-14T10:30:51Z'),
    trigger: 'schedule',
    statusCode: 200,
    responseBody: 'ok',
    durationMs: 12,
    blame: '',
    error: '',
  };
  gate.script({
    listDeliveries: () => ({ items: [delivery], total: 1 }),
    getDelivery: () => ({ delivery, attempts: [attempt] }),
  });
  const view = {
    id: TASK_ID,
    event_id: 'e1',
    event_type: 'sync.completed',
    status: 'delivered',
    attempt_count: 1,
    next_attempt_at: null,
    created_at: '2026-03-14T10:30:51Z',
  };
  const path = `${one}/webhooks/${WEBHOOK_ID}/deliveries`;
  expect((await gate.send('GET', `${path}?status=delivered&since=2026-03-14T00:00:00Z`)).body.data.items).toEqual([
    view,
  ]);
  expect((await gate.send('GET', `${path}/${TASK_ID}`)).body.data).toEqual({
    ...view,
    attempts: [
      {
        number: 1,
        at: '2026-03-14T10:30:51Z',
        trigger: 'schedule',
        status_code: 200,
        response_body: 'ok',
        duration_ms: 12,
        blame: null,
        error: null,
      },
    ],
  });
});
