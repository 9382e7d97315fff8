import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { SERVICE_NAMES, type ServiceName } from '@crossdock/stack';
import { until } from '@crossdock/stack/until';
import { collector, type Collector, type SentSpan } from '../src/e2e/collector.ts';
import { connect } from '../src/e2e/shops.ts';
import { ended } from '../src/e2e/syncs.ts';
import { addEndpoint } from '../src/e2e/webhooks.ts';
import { startWorld, type World } from '../src/e2e/world.ts';
import { eventsOf } from './product/expected.ts';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const CALLER = '00f067aa0ba902b7';

let sent: Collector;
let world: World;
beforeAll(async () => {
  sent = await collector();
  world = await startWorld({ OTEL_EXPORTER_OTLP_ENDPOINT: sent.url });
}, 120_000);
afterAll(async () => {
  await world?.[Symbol.asyncDispose]();
  await sent?.[Symbol.asyncDispose]();
}, 120_000);

/** A span and those above it, up to the caller's own. */
function chainOf(span: SentSpan | undefined): string[] {
  if (span === undefined) return [];
  const above = sent.spans.find(({ spanId }) => spanId === span.parentSpanId);
  const rest = span.parentSpanId === CALLER ? ['the caller'] : chainOf(above);
  return [`${span.service}: ${span.name}`, ...rest];
}

test('a request, its sync, the event and the webhook are one trace, each below what caused it', async () => {
  const { admin, webhooks, stack } = world;
  const { id } = await connect(world);
  await addEndpoint(admin, id, webhooks.url, ['sync.completed']);
  const traceparent = `00-${TRACE}-${CALLER}-01`;
  const answer = await admin.post(`/${id}/sync/products`, { mode: 'full' }, { traceparent });
  expect(answer.headers.get('traceparent')).toContain(TRACE);
  await ended(admin, id, answer.body.data.task_id);
  const webhook = await until(() => webhooks.requests[0], { what: 'the webhook', timeoutMs: 60_000 });
  expect(webhook.headers['traceparent']).toMatch(new RegExp(`^00-${TRACE}-[0-9a-f]{16}-01$`));
  const [event] = await eventsOf(stack, 'sync.completed', id);
  expect(event?.headers['traceparent']).toContain(TRACE);

  const last = await until(
    () => sent.spans.find(({ name, traceId }) => name.startsWith('webhook') && traceId === TRACE),
    {
      what: 'the span of the webhook',
      timeoutMs: 60_000,
    },
  );
  const method = 'crossdock.sync_orchestrator.v1.SyncService/StartSync';
  const expected = [
    'webhook-dispatcher: webhook sync.completed',
    'webhook-dispatcher: process sync.completed',
    'sync-orchestrator: send sync.completed',
    'sync-orchestrator: sync products',
    `sync-orchestrator: ${method}`,
    `gateway: ${method}`,
    'gateway: POST /api/v1/connectors/:connector_id/sync/:type',
    'the caller',
  ];
  await until(() => chainOf(last).length === expected.length, { what: 'all spans above it', timeoutMs: 60_000 });
  expect(chainOf(last)).toEqual(expected);
  const others = sent.spans.filter(({ traceId }) => traceId === TRACE).map(({ name }) => name);
  expect(others).toEqual(expect.arrayContaining(['call tmall', 'send records.changed', 'process sync.requested']));

  const line = readFileSync(stack.logFile('sync-orchestrator'), 'utf8')
    .split('\n')
    .find((text) => text.includes('sync ended'));
  expect(JSON.parse(line ?? '{}')).toMatchObject({ trace_id: TRACE, request_id: answer.body.data.task_id });
});

test('every service tells its numbers', async () => {
  const numbers: Partial<Record<ServiceName, string[]>> = {
    gateway: ['http_requests_total', 'http_request_duration_seconds_bucket', 'grpc_client_calls_total'],
    'auth-channel': ['auth_logins_total', 'grpc_server_calls_total', 'outbox_entries'],
    'connector-registry': ['grpc_server_call_duration_seconds_bucket', 'events_lag', 'events_handled_total'],
    'shop-settings': ['outbox_oldest_age_seconds'],
    'sync-orchestrator': ['sync_tasks_ended_total', 'platform_calls_total', 'platform_pause_seconds', 'events_lag'],
    'webhook-dispatcher': ['webhook_attempts_total', 'webhook_due', 'webhook_in_flight', 'events_lag'],
  };
  for (const name of SERVICE_NAMES.filter((each) => each !== 'sandbox')) {
    const text = await (await fetch(`${world.stack.ops(name)}/metrics`)).text();
    const told = new Set(text.match(/^crossdock_\w+(?=[{ ])/gm));
    for (const number of [...(numbers[name] ?? []), 'event_loop_delay_p99_seconds'])
      expect([name, number, told.has(`crossdock_${number}`)]).toEqual([name, number, true]);
  }
});
