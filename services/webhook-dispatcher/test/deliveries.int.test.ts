import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { receiver, recordsOf, until, type Received, type Receiver } from '@crossdock/testing';
import { Webhook } from 'standardwebhooks';
import { as, completed, newEndpoint, stage, trouble, type Stage } from './stage.ts';

const SECRET = 'your_webhook_secret';
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

/** A connector with one endpoint, at a path of its own. */
async function subscribed(more: { events?: string[]; url?: string } = {}) {
  const connectorId = theatre.connector();
  const path = `/${connectorId}`;
  const { endpoint } = await app.endpoints.createEndpoint(
    newEndpoint(connectorId, `${webhooks.url}${path}`, more),
    as(),
  );
  const received = () => webhooks.requests.filter((request) => request.path === path);
  return { connectorId, endpointId: endpoint!.id, received };
}

type Subscribed = Awaited<ReturnType<typeof subscribed>>;

async function deliveriesOf({ connectorId, endpointId }: Subscribed, query: { status?: string } = {}) {
  const request = {
    connectorId,
    endpointId,
    status: '',
    type: '',
    since: undefined,
    until: undefined,
    page: 1,
    pageSize: 100,
    ...query,
  };
  return (await app.deliveries.listDeliveries(request, as())).items;
}

const detail = ({ connectorId, endpointId }: Subscribed, id: string) =>
  app.deliveries.getDelivery({ connectorId, endpointId, id }, as());

/** Its only delivery, once it satisfies the condition. */
const delivery = (subscription: Subscribed, wanted: (found: { status: string; attemptCount: number }) => boolean) =>
  until(async () => (await deliveriesOf(subscription)).find(wanted), { what: 'the delivery' });

function verified({ headers, body }: Received): unknown {
  expect(headers['x-nolux-signature']).toBe(createHmac('sha256', SECRET).update(body).digest('hex'));
  return new Webhook(Buffer.from(SECRET).toString('base64')).verify(body, headers as Record<string, string>);
}

test('an event is delivered once, signed in both forms, and its attempt is stored', async () => {
  const subscription = await subscribed();
  const event = completed(subscription.connectorId);
  await theatre.bus.publish([event]);
  const { id } = await delivery(subscription, ({ status }) => status === 'delivered');
  const [request, ...others] = subscription.received();
  expect(others).toEqual([]);
  expect(verified(request!)).toEqual({ id: event.id, type: 'sync.completed', timestamp: event.time, data: event.data });
  expect(request!.headers).toMatchObject({
    'content-type': 'application/json',
    'user-agent': 'Crossdock-Webhook/1',
    'webhook-id': event.id,
  });
  expect(await detail(subscription, id)).toMatchObject({
    delivery: { eventId: event.id, eventType: 'sync.completed', status: 'delivered', attemptCount: 1 },
    attempts: [{ number: 1, trigger: 'schedule', statusCode: 200, blame: '', error: '' }],
  });
});

test('records that come three times make one delivery', async () => {
  const subscription = await subscribed();
  const events = Array.from({ length: 20 }, () => completed(subscription.connectorId));
  await theatre.bus.publish([...events, ...events]);
  await theatre.bus.publish(events);
  const last = completed(subscription.connectorId);
  await theatre.bus.publish([last]);
  await until(async () => (await deliveriesOf(subscription, { status: 'delivered' })).length === 21);
  expect(
    subscription
      .received()
      .map(({ headers }) => String(headers['webhook-id']))
      .toSorted(),
  ).toEqual([...events, last].map(({ id }) => id).toSorted());
});

test('each kind of event reaches who asked for it, a cancelled task and a recovery nobody', async () => {
  const connectorId = theatre.connector();
  const types = ['sync.failed', 'connector.disconnected', 'connector.error', 'sync.completed'];
  await app.endpoints.createEndpoint(newEndpoint(connectorId, `${webhooks.url}/kinds`, { events: types }), as());
  const received = () =>
    webhooks.requests
      .filter(({ path }) => path === '/kinds')
      .map((request) => (verified(request) as { type: string }).type);
  await theatre.bus.publish([
    completed(connectorId, { status: 'cancelled' }),
    trouble(connectorId, 'recovered'),
    completed(connectorId, { status: 'failed' }),
    trouble(connectorId, 'disconnected'),
    trouble(connectorId, 'error'),
  ]);
  await theatre.bus.publish([completed(connectorId)]);
  await until(() => received().length >= 4);
  expect(received().toSorted()).toEqual(types.toSorted());
});

test('another tenant’s event about the same connector reaches nobody', async () => {
  const subscription = await subscribed();
  await theatre.bus.publish([completed(subscription.connectorId, { tenant: 'other' })]);
  const own = completed(subscription.connectorId);
  await theatre.bus.publish([own]);
  await delivery(subscription, ({ status }) => status === 'delivered');
  expect(subscription.received().map(({ headers }) => headers['webhook-id'])).toEqual([own.id]);
});

test('a failed call is tried again by schedule with the same id and bytes and a fresh time', async () => {
  const subscription = await subscribed();
  webhooks.next({ status: 503, body: '维护中' });
  await theatre.bus.publish([completed(subscription.connectorId)]);
  const { id, nextAttemptAt } = await delivery(subscription, ({ attemptCount }) => attemptCount === 1);
  const [attempt] = (await detail(subscription, id)).attempts;
  const wait = nextAttemptAt!.getTime() - attempt!.at!.getTime();
  expect(wait).toBeGreaterThanOrEqual(4_000);
  // From the end of the call, which may have taken its time.
  expect(wait).toBeLessThan(7_000 + attempt!.durationMs);
  ahead += wait;
  await delivery(subscription, ({ status }) => status === 'delivered');
  const [first, second] = subscription.received();
  expect(second!.body).toBe(first!.body);
  expect(second!.headers['webhook-id']).toBe(first!.headers['webhook-id']);
  expect(Number(second!.headers['webhook-timestamp'])).toBeGreaterThan(Number(first!.headers['webhook-timestamp']));
  const { attempts } = await detail(subscription, id);
  expect(attempts).toMatchObject([
    { number: 1, statusCode: 503, responseBody: '维护中', blame: 'receiver', error: 'HTTP 503' },
    { number: 2, statusCode: 200, blame: '' },
  ]);
});

test('who is overrun is left alone for a minute, and after the last attempt the delivery has failed', async () => {
  const subscription = await subscribed();
  webhooks.next({ status: 429, headers: { 'retry-after': '2' } });
  await theatre.bus.publish([completed(subscription.connectorId)]);
  const { id, nextAttemptAt, createdAt } = await delivery(subscription, ({ attemptCount }) => attemptCount === 1);
  expect(nextAttemptAt!.getTime() - createdAt!.getTime()).toBeGreaterThanOrEqual(60_000);
  webhooks.next({ status: 500 });
  await theatre.db
    .collection<{ _id: string }>('deliveries')
    .updateOne({ _id: id }, { $set: { attemptCount: 9, nextAttemptAt: new Date() } });
  const { attemptCount, nextAttemptAt: never } = await delivery(subscription, ({ status }) => status === 'failed');
  expect({ attemptCount, never }).toEqual({ attemptCount: 10, never: undefined });
});

test('a 410 disables the endpoint, and what comes then waits without an attempt', async () => {
  const subscription = await subscribed();
  const { connectorId, endpointId } = subscription;
  webhooks.next({ status: 410 });
  await theatre.bus.publish([completed(connectorId)]);
  const isDisabled = async () =>
    (await app.endpoints.getEndpoint({ connectorId, id: endpointId }, as())).endpoint?.status === 'disabled';
  await until(isDisabled);
  await theatre.bus.publish([completed(connectorId)]);
  const waiting = await until(async () => {
    const found = await deliveriesOf(subscription);
    return found.length === 2 && found.every(({ nextAttemptAt }) => nextAttemptAt === undefined) ? found : null;
  });
  expect(waiting.map(({ status, attemptCount }) => `${status} ${attemptCount}`)).toEqual(['pending 0', 'pending 1']);
  expect(subscription.received()).toHaveLength(1);
  const told = await until(async () =>
    (await recordsOf('connector.error', theatre)).find(({ value }) => value.includes('webhook_disabled')),
  );
  expect(JSON.parse(told.value)).toMatchObject({ connector_id: connectorId, kind: 'webhook_disabled', reason: 'gone' });
  const { endpoint } = await app.endpoints.getEndpoint({ connectorId, id: endpointId }, as());
  expect(endpoint).toMatchObject({ status: 'disabled', disabledReason: 'gone' });
});

/** A call that hangs is given up after this. */
const GIVEN_UP_MS = 15_000;

test('an endpoint that hangs has ten calls in flight and delays nobody', async () => {
  await using hanging = await receiver();
  hanging.always({ hang: true });
  const subscription = await subscribed();
  const { connectorId } = subscription;
  await app.endpoints.createEndpoint(newEndpoint(connectorId, hanging.url), as());
  const begun = Date.now();
  await theatre.bus.publish(Array.from({ length: 200 }, () => completed(connectorId)));
  const arrived = () => {
    // Each at least once.
    const healthy = new Set(subscription.received().map(({ headers }) => headers['webhook-id'])).size;
    if (healthy < 200 || hanging.requests.length < 10) throw new Error(`${healthy}, and ${hanging.requests.length}`);
    return true;
  };
  await until(arrived, { timeoutMs: 60_000, what: 'everything at the healthy endpoint' });
  // On a slow machine the first ten may have been given up by now.
  const rounds = 1 + Math.floor((Date.now() - begun) / GIVEN_UP_MS);
  expect(hanging.requests.length).toBeLessThanOrEqual(10 * rounds);
  const [other] = (await app.endpoints.listEndpoints({ connectorId, page: 1, pageSize: 10 }, as())).items;
  await app.endpoints.deleteEndpoint({ connectorId, id: other!.id }, as());
});

test('deleting an endpoint cancels what is pending', async () => {
  const subscription = await subscribed();
  const { connectorId, endpointId } = subscription;
  webhooks.next({ status: 500 });
  await theatre.bus.publish([completed(connectorId)]);
  const { id } = await delivery(subscription, ({ attemptCount }) => attemptCount === 1);
  await app.endpoints.deleteEndpoint({ connectorId, id: endpointId }, as());
  const stored = await theatre.db.collection<{ _id: string }>('deliveries').findOne({ _id: id });
  expect(stored).toMatchObject({ status: 'cancelled', holder: null, nextAttemptAt: null });
  await expect(detail(subscription, id)).rejects.toMatchObject({ kind: 'not_found' });
});

test('a target that turned private is refused at the call, by policy', async () => {
  const subscription = await subscribed();
  const rows = theatre.db.collection<{ _id: string }>('endpoints');
  await rows.updateOne({ _id: subscription.endpointId }, { $set: { target: 'http://10.0.0.1/hook' } });
  await theatre.bus.publish([completed(subscription.connectorId)]);
  const { id } = await delivery(subscription, ({ attemptCount }) => attemptCount === 1);
  const { attempts } = await detail(subscription, id);
  expect(attempts).toMatchObject([{ blame: 'policy', statusCode: undefined }]);
});

test('deliveries are filtered by status, type and time; a filter that means nothing is refused', async () => {
  const subscription = await subscribed();
  const { connectorId, endpointId } = subscription;
  await theatre.bus.publish([completed(connectorId)]);
  await delivery(subscription, ({ status }) => status === 'delivered');
  const list = async (more: object) => {
    const request = {
      connectorId,
      endpointId,
      status: '',
      type: '',
      since: undefined,
      until: undefined,
      page: 1,
      pageSize: 10,
      ...more,
    };
    return (await app.deliveries.listDeliveries(request, as())).total;
  };
  const soon = new Date(Date.now() + ahead + 60_000);
  expect(await list({ status: 'delivered', type: 'sync.completed', until: soon })).toBe(1);
  expect(await list({ status: 'failed' })).toBe(0);
  expect(await list({ type: 'sync.failed' })).toBe(0);
  expect(await list({ since: soon })).toBe(0);
  await expect(list({ status: 'lost' })).rejects.toMatchObject({
    kind: 'invalid',
    details: { status: [expect.any(String)] },
  });
  await expect(list({ type: 'order.paid' })).rejects.toMatchObject({ kind: 'invalid' });
});

test('an event that fits no schema lands among the dead letters and stops nobody', async () => {
  const subscription = await subscribed();
  const poison = { ...completed(subscription.connectorId), data: { nonsense: true } };
  await theatre.bus.publish([poison, completed(subscription.connectorId)]);
  await delivery(subscription, ({ status }) => status === 'delivered');
  const [dead] = await until(async () => {
    const found = await recordsOf('sync.completed.dlq', theatre);
    return found.length > 0 ? found : null;
  });
  expect(dead?.headers['ce_id']).toBe(poison.id);
});
