import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { newTraceparent } from '@crossdock/kernel';
import { receiver, until, type Receiver } from '@crossdock/testing';
import { as, completed, newEndpoint, stage, type Stage } from './stage.ts';

let theatre: Stage;
let app: Awaited<ReturnType<Stage['dispatcher']>>;
let webhooks: Receiver;
/** How far the dispatcher's clock runs ahead. */
let ahead = 0;

beforeAll(async () => {
  theatre = await stage();
  webhooks = await receiver();
  app = await theatre.dispatcher({ clock: () => new Date(Date.now() + ahead) });
});
afterAll(async () => {
  await theatre.close();
  await webhooks.stop();
});

test('the trace of an event reaches the partner with every attempt, and both attempts are counted', async () => {
  const connectorId = theatre.connector();
  await app.endpoints.createEndpoint(newEndpoint(connectorId, webhooks.url), as());
  const traces = [newTraceparent(), newTraceparent(), null];
  webhooks.next({ status: 503 }, 3);
  await theatre.bus.publish(traces.map((traceparent) => ({ ...completed(connectorId), traceparent })));
  await until(() => webhooks.requests.length === 3, { what: 'the first attempts' });
  // Whichever process makes the next attempt knows the trace from the store.
  const stored = theatre.db.collection('deliveries');
  await until(async () => (await stored.countDocuments({ connectorId, attemptCount: 1 })) === 3);
  ahead += 10_000;
  await until(() => webhooks.requests.length === 6, { what: 'the second attempts' });
  const met = Map.groupBy(webhooks.requests, ({ headers }) => String(headers['traceparent']).slice(0, 35));
  expect([...met.values()].map(({ length }) => length)).toEqual([2, 2, 2]);
  for (const known of traces.slice(0, 2)) expect(met.has(String(known).slice(0, 35))).toBe(true);
  await until(async () => (await stored.countDocuments({ connectorId, status: 'delivered' })) === 3);
  const told = await (await fetch(`${app.service.opsAddress}/metrics`)).text();
  const service = 'service="webhook-dispatcher"';
  expect(told).toContain(`crossdock_webhook_attempts_total{outcome="retried",blame="receiver",${service}} 3`);
  expect(told).toContain(`crossdock_webhook_attempts_total{outcome="delivered",blame="none",${service}} 3`);
  expect(told).toContain(`crossdock_webhook_attempt_duration_seconds_count{${service}} 6`);
  expect(told).toContain(`crossdock_webhook_end_to_end_seconds_count{${service}} 3`);
  expect(told).toContain(`crossdock_webhook_breakers_open{${service}} 0`);
  expect(told).toContain(`crossdock_webhook_in_flight{${service}} 0`);
  expect(told).toContain(`crossdock_webhook_due{${service}} 0`);
  expect(told).toContain(`crossdock_webhook_oldest_due_seconds{${service}} 0`);
  expect(told).toContain(`crossdock_outbox_entries{collection="endpoints",${service}} 0`);
});
