import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { newId } from '@crossdock/kernel';
import { recordsOf, until } from '@crossdock/testing';
import { cast, type Cast } from './cast.ts';
import { as, completed } from './stage.ts';

const DAY = 86_400_000;

let on: Cast;
beforeAll(async () => void (on = await cast()));
afterAll(() => on.close());

type Subscribed = Awaited<ReturnType<Cast['subscribe']>>;

const delivered = ({ status }: { status: string }) => status === 'delivered';
const publish = (connectorId: string, count: number) =>
  on.theatre.bus.publish(Array.from({ length: count }, () => completed(connectorId)));

/** One delivery, as wanted by what its receiver answers. */
async function one(endpoint: Subscribed, answer: { status: number; headers?: Record<string, string> }, status: string) {
  on.webhooks.next(answer);
  await publish(endpoint.connectorId, 1);
  const [delivery] = await endpoint.all(1, (each) => each.status === status && each.attemptCount === 1);
  return delivery!;
}

const ABORT = { status: 422, headers: { 'webhook-delivery': 'abort-message' } };

test.each([
  ['delivered', { status: 200 }],
  ['failed', ABORT],
  ['pending', { status: 500 }],
])('a %s delivery is sent again with the same id and bytes', async (status, answer) => {
  const endpoint = await on.subscribe();
  const { id } = await one(endpoint, answer, status);
  const resent = await endpoint.resend(id);
  expect(resent.id).toBe(id);
  await endpoint.all(1, ({ attemptCount }) => attemptCount === 2);
  const [first, second] = endpoint.received();
  expect([second!.body, second!.headers['webhook-id']]).toEqual([first!.body, first!.headers['webhook-id']]);
  const { attempts, delivery } = await endpoint.detail(id);
  expect(attempts.map(({ number, trigger }) => `${number} ${trigger}`)).toEqual(['1 schedule', '2 resend']);
  expect(delivery).toMatchObject({ status: 'delivered', reason: '' });
});

test('a resend that fails is tried by the schedule from its beginning', async () => {
  const endpoint = await on.subscribe();
  const { id } = await one(endpoint, ABORT, 'failed');
  on.webhooks.next({ status: 500 });
  await endpoint.resend(id);
  const [delivery] = await endpoint.all(1, ({ attemptCount }) => attemptCount === 2);
  expect(delivery).toMatchObject({ status: 'pending', reason: '' });
  on.pass(10_000);
  await endpoint.all(1, delivered);
  const { attempts } = await endpoint.detail(id);
  expect(attempts.map(({ trigger }) => trigger)).toEqual(['schedule', 'resend', 'schedule']);
});

test('a resend waits while its endpoint is paused, and a repeat of one request sends once', async () => {
  const endpoint = await on.subscribe();
  const { id } = await one(endpoint, { status: 200 }, 'delivered');
  await endpoint.edit({ status: 'paused' });
  const resent = await Promise.all(Array.from({ length: 5 }, () => endpoint.resend(id, 'resend-1')));
  expect(resent.map(({ status, nextAttemptAt }) => [status, nextAttemptAt])).toEqual(
    Array(5).fill(['pending', undefined]),
  );
  await endpoint.edit({ status: 'enabled' });
  await endpoint.all(1, ({ status, attemptCount }) => status === 'delivered' && attemptCount === 2);
  await endpoint.resend(id, 'resend-1');
  expect((await endpoint.detail(id)).delivery).toMatchObject({ status: 'delivered', attemptCount: 2 });
  const audits = await until(async () => {
    const found = await recordsOf('audit.recorded', on.theatre);
    const mine = found.map(({ value }) => JSON.parse(value)).filter(({ target }) => target.endsWith(`/delivery/${id}`));
    return mine.length > 0 ? mine : null;
  });
  expect(audits).toMatchObject([{ action: 'webhook.resend', actor: 'user:1', before: { status: 'delivered' } }]);
});

test('what is cancelled or has lost its bytes is not sent again, and says why', async () => {
  const endpoint = await on.subscribe();
  const { id } = await one(endpoint, { status: 200 }, 'delivered');
  await on.rows().updateOne({ _id: id }, { $set: { status: 'cancelled' } });
  await expect(endpoint.resend(id)).rejects.toMatchObject({ kind: 'conflict', code: 'DELIVERY_CANCELLED' });
  await on.rows().updateOne({ _id: id }, { $set: { status: 'delivered' }, $unset: { body: 1 } });
  await expect(endpoint.resend(id)).rejects.toMatchObject({ kind: 'conflict', code: 'PAYLOAD_EXPIRED' });
  await expect(endpoint.resend(newId())).rejects.toMatchObject({ kind: 'not_found' });
  expect(endpoint.received()).toHaveLength(1);
});

const recover = async ({ connectorId, endpointId }: Subscribed, more: object = {}) => {
  const request = {
    connectorId,
    endpointId,
    since: new Date(0),
    until: undefined,
    status: '',
    types: [],
    dryRun: false,
  };
  const key = { idempotencyKey: '', bodyHash: '' };
  return (await on.app.deliveries.startRecovery({ ...request, ...key, ...more }, as())).recovery!;
};
const recovered = ({ connectorId, endpointId }: Subscribed, id: string, status: string) =>
  until(
    async () => {
      const { recovery } = await on.app.deliveries.getRecovery({ connectorId, endpointId, id }, as());
      return recovery!.status === status ? recovery : null;
    },
    { what: `a recovery ${status}` },
  );

test('a recovery counts first and sends each of its deliveries again, once', async () => {
  const endpoint = await on.subscribe();
  on.webhooks.next(ABORT, 30);
  await publish(endpoint.connectorId, 30);
  await endpoint.all(30, ({ status }) => status === 'failed');
  expect(await recover(endpoint, { dryRun: true })).toMatchObject({ count: 30, status: 'completed', dryRun: true });
  expect(await recover(endpoint, { status: 'delivered', dryRun: true })).toMatchObject({ count: 0 });
  expect(await recover(endpoint, { types: ['sync.failed'], dryRun: true })).toMatchObject({ count: 0 });
  const started = await recover(endpoint);
  expect(started).toMatchObject({ count: 30, dryRun: false });
  const done = await recovered(endpoint, started.id, 'completed');
  expect(done).toMatchObject({ count: 30, processed: 30, resent: 30, skipped: 0, completedAt: expect.any(Date) });
  await endpoint.all(30, delivered);
  expect(endpoint.received()).toHaveLength(60);
  const { attempts } = await endpoint.detail((await endpoint.list())[0]!.id);
  expect(attempts.map(({ trigger }) => trigger)).toEqual(['schedule', 'recover']);
});

test('a recovery whose worker died between a batch and its progress counts that batch, and sends nothing twice', async () => {
  const endpoint = await on.subscribe();
  on.webhooks.next(ABORT, 5);
  await publish(endpoint.connectorId, 5);
  await endpoint.all(5, ({ status }) => status === 'failed');
  await endpoint.edit({ status: 'paused' });
  const { id } = await recover(endpoint);
  await recovered(endpoint, id, 'completed');
  // As it stood before the progress was written, the lease of the dead one lapsed.
  const stood = { status: 'running', processed: 0, resent: 0, skipped: 0, cursor: null, completedAt: null };
  const recoveries = on.theatre.db.collection<{ _id: string }>('recoveries');
  await endpoint.edit({ status: 'enabled' });
  await endpoint.all(5, delivered);
  await recoveries.updateOne({ _id: id }, { $set: { ...stood, leaseUntil: new Date(0) } });
  expect(await recovered(endpoint, id, 'completed')).toMatchObject({ processed: 5, resent: 5, skipped: 0 });
  await endpoint.all(5, delivered);
  expect(endpoint.received()).toHaveLength(10);
});

test('one recovery of an endpoint runs at a time; a cancelled one stays cancelled; a repeat meets the first', async () => {
  const endpoint = await on.subscribe();
  const { connectorId, endpointId } = endpoint;
  const key = { idempotencyKey: 'recover-1', bodyHash: 'h' };
  const [first, second] = await Promise.all([recover(endpoint, key), recover(endpoint, key)]);
  expect(second!.id).toBe(first!.id);
  await expect(recover(endpoint, { ...key, bodyHash: 'other' })).rejects.toMatchObject({ code: 'IDEMPOTENCY_KEY' });
  await recovered(endpoint, first!.id, 'completed');
  // One that somebody else works on for a while.
  const recoveries = on.theatre.db.collection<{ _id: string }>('recoveries');
  const leaseUntil = new Date(on.clock().getTime() + DAY);
  await recoveries.updateOne({ _id: first!.id }, { $set: { status: 'running', leaseUntil } });
  await expect(recover(endpoint)).rejects.toMatchObject({ kind: 'conflict', code: 'RECOVERY_RUNNING' });
  const cancel = () => on.app.deliveries.cancelRecovery({ connectorId, endpointId, id: first!.id }, as());
  expect((await cancel()).recovery?.status).toBe('cancelled');
  expect((await cancel()).recovery?.status).toBe('cancelled');
  await expect(
    on.app.deliveries.getRecovery({ connectorId, endpointId, id: first!.id }, as('other')),
  ).rejects.toMatchObject({ kind: 'not_found' });
});

test.each([
  ['without a beginning', { since: undefined }, 'since'],
  ['from the future', { since: new Date(Date.now() + 365 * DAY) }, 'since'],
  ['that ends before it begins', { since: new Date(1_000), until: new Date(1_000) }, 'until'],
  ['of the cancelled', { status: 'cancelled' }, 'status'],
  ['of unknown events', { types: ['order.paid'] }, 'events'],
])('a recovery %s is refused', async (_what, more, field) => {
  const endpoint = await on.subscribe();
  await expect(recover(endpoint, more)).rejects.toMatchObject({ details: { [field]: [expect.any(String)] } });
});

test('a test sends the catalogue’s example as a delivery marked so, once per request', async () => {
  const endpoint = await on.subscribe({ events: ['sync.failed'] });
  const { connectorId, endpointId } = endpoint;
  const request = { connectorId, endpointId, eventType: '', idempotencyKey: 'test-1' };
  const sent = await Promise.all(Array.from({ length: 3 }, () => on.app.deliveries.sendTest(request, as())));
  expect(new Set(sent.map(({ delivery }) => delivery!.id)).size).toBe(1);
  const [delivery] = await endpoint.all(1, delivered);
  expect(delivery).toMatchObject({ eventType: 'sync.failed', test: true });
  const [call, ...others] = endpoint.received();
  expect(others).toEqual([]);
  expect(call!.headers).toMatchObject({ 'x-nolux-test': 'true', 'webhook-id': delivery!.eventId });
  expect(JSON.parse(call!.body)).toMatchObject({
    id: delivery!.eventId,
    type: 'sync.failed',
    data: { connector_id: connectorId, status: 'failed' },
  });
  await on.app.deliveries.sendTest({ ...request, eventType: 'connector.error', idempotencyKey: '' }, as());
  await endpoint.all(2, delivered);
  await expect(on.app.deliveries.sendTest({ ...request, eventType: 'order.paid' }, as())).rejects.toMatchObject({
    details: { event_type: [expect.any(String)] },
  });
});

test('a verification calls now, whatever the endpoint’s state, and stores nothing', async () => {
  const endpoint = await on.subscribe();
  const verify = async () => {
    const request = { connectorId: endpoint.connectorId, id: endpoint.endpointId };
    return (await on.app.endpoints.verifyEndpoint(request, as())).attempt!;
  };
  await endpoint.edit({ status: 'paused' });
  on.webhooks.next({ status: 401, body: 'who?' });
  expect(await verify()).toMatchObject({ statusCode: 401, responseBody: 'who?', blame: 'receiver', error: 'HTTP 401' });
  on.webhooks.next({ reset: true });
  expect(await verify()).toMatchObject({ statusCode: undefined, blame: expect.stringMatching(/receiver|network/) });
  expect(await verify()).toMatchObject({ statusCode: 200, blame: '' });
  const pings = endpoint.received().map(({ body }) => JSON.parse(body));
  expect(pings).toHaveLength(3);
  expect(pings[0]).toMatchObject({ type: 'webhook.ping', data: { challenge: expect.any(String) } });
  expect(await endpoint.list()).toEqual([]);
});
