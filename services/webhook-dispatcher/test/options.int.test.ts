import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { recordsOf, until } from '@crossdock/testing';
import { cast, type Cast } from './cast.ts';
import { as, completed, newEndpoint, options } from './stage.ts';

let on: Cast;
beforeAll(async () => void (on = await cast()));
afterAll(() => on.close());

const delivered = ({ status }: { status: string }) => status === 'delivered';
const SCHEDULE = [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400];

test('options are taken at the creation, shown with secrets masked, changed and taken away', async () => {
  const endpoint = await on.subscribe({
    options: options({
      filterJson: '{"data.status":"failed"}',
      headers: { values: { Authorization: 'Bearer canary', 'X-Team': 'shops' } },
      retrySchedule: { usual: false, seconds: [1, 2] },
      throttle: 5,
      payload: 'thin',
    }),
  });
  const shown = {
    filterJson: '{"data.status":"failed"}',
    headers: { authorization: '***', 'x-team': 'shops' },
    retrySchedule: [1, 2],
    throttle: 5,
    payload: 'thin',
    revision: 1,
  };
  expect(await endpoint.read()).toMatchObject(shown);
  const stored = await on.theatre.db.collection('endpoints').findOne({ connectorId: endpoint.connectorId });
  expect(JSON.stringify(stored)).not.toContain('canary');
  const usual = { filterJson: '', headers: { values: {} }, retrySchedule: { usual: true, seconds: [] }, throttle: 0 };
  expect(await endpoint.edit({ options: { ...usual, payload: 'full' } })).toMatchObject({
    filterJson: '',
    headers: {},
    retrySchedule: SCHEDULE,
    throttle: undefined,
    payload: 'full',
    revision: 2,
  });
  expect((await endpoint.edit({ options: { ...usual, payload: 'full' } })).revision).toBe(2);
  const audits = await until(async () => {
    const found = await recordsOf('audit.recorded', on.theatre);
    const mine = found.filter(({ value }) => value.includes(endpoint.endpointId));
    return mine.length === 2 ? mine.map(({ value }) => JSON.parse(value)) : null;
  });
  expect(audits.map(({ action, actor }) => [action, actor])).toEqual([
    ['webhook.create', 'user:1'],
    ['webhook.update', 'user:1'],
  ]);
  expect(audits[1]).toMatchObject({ before: { throttle: 5, headers: shown.headers }, after: { throttle: null } });
  expect(JSON.stringify(audits)).not.toContain('canary');
});

test('a filter lets through what it says, and a changed one counts from then on', async () => {
  const events = ['sync.completed', 'sync.failed'];
  const filterJson = JSON.stringify({
    or: [{ 'data.status': { in: ['failed'] } }, { 'data.progress.total': { gt: 3 } }],
  });
  const endpoint = await on.subscribe({ events, options: options({ filterJson }) });
  const { connectorId } = endpoint;
  const told = [completed(connectorId, { status: 'failed' }), completed(connectorId)];
  await on.theatre.bus.publish(told);
  await endpoint.all(1, delivered);
  await endpoint.edit({ options: options({ filterJson: '' }) });
  const last = completed(connectorId);
  await on.theatre.bus.publish([last]);
  await endpoint.all(2, delivered);
  expect(endpoint.received().map(({ headers }) => headers['webhook-id'])).toEqual([told[0]!.id, last.id]);
});

test('custom headers are sent, ours win, and the log masks their secrets', async () => {
  const headers = { values: { Authorization: 'Bearer canary', 'X-Team': 'shops' } };
  const endpoint = await on.subscribe({ options: options({ headers }) });
  await on.theatre.bus.publish([completed(endpoint.connectorId)]);
  const [delivery] = await endpoint.all(1, delivered);
  const [request] = endpoint.received();
  expect(request!.headers).toMatchObject({ authorization: 'Bearer canary', 'x-team': 'shops' });
  const { attempts } = await endpoint.detail(delivery!.id);
  expect(attempts[0]).toMatchObject({
    address: '127.0.0.1',
    timeline: { firstByte: expect.any(Number), total: expect.any(Number) },
    requestHeaders: {
      authorization: '***',
      'x-team': 'shops',
      'webhook-id': delivery!.eventId,
      'webhook-signature': request!.headers['webhook-signature'],
      'X-Nolux-Signature': request!.headers['x-nolux-signature'],
    },
  });
});

test('a secret header stays behind its mask at the same address, and goes to another only when given again', async () => {
  const endpoint = await on.subscribe({ options: options({ headers: { values: { 'X-Api-Key': 'canary' } } }) });
  const masked = options({ headers: { values: { 'X-Api-Key': '***', 'X-Team': 'a' } } });
  expect((await endpoint.edit({ options: masked })).headers).toEqual({ 'x-api-key': '***', 'x-team': 'a' });
  const url = `${on.webhooks.url}/elsewhere`;
  const refused = { kind: 'invalid', code: 'SECRET_REQUIRED', details: { 'headers.x-api-key': [expect.any(String)] } };
  await expect(endpoint.edit({ url })).rejects.toMatchObject(refused);
  await expect(endpoint.edit({ url, options: masked })).rejects.toMatchObject(refused);
  const given = options({ headers: { values: { 'X-Api-Key': 'canary-2' } } });
  expect(await endpoint.edit({ url, options: given })).toMatchObject({ url, headers: { 'x-api-key': '***' } });
  await on.theatre.bus.publish([completed(endpoint.connectorId)]);
  await endpoint.all(1, delivered);
  const request = on.webhooks.requests.find(({ path }) => path === '/elsewhere');
  expect(request!.headers).toMatchObject({ 'x-api-key': 'canary-2' });
});

test('a thin body has of the data the ids alone, signed like any other', async () => {
  const endpoint = await on.subscribe({ options: options({ payload: 'thin' }) });
  const event = completed(endpoint.connectorId);
  await on.theatre.bus.publish([event]);
  await endpoint.all(1, delivered);
  const { task_id } = event.data as { task_id: string };
  expect(JSON.parse(endpoint.received()[0]!.body)).toEqual({
    id: event.id,
    type: 'sync.completed',
    timestamp: event.time,
    data: { task_id, connector_id: endpoint.connectorId },
  });
});

test('an endpoint’s own schedule decides when, and how often', async () => {
  const endpoint = await on.subscribe({ options: options({ retrySchedule: { usual: false, seconds: [2] } }) });
  on.webhooks.next({ status: 500 }, 2);
  await on.theatre.bus.publish([completed(endpoint.connectorId)]);
  const [first] = await endpoint.all(1, ({ attemptCount }) => attemptCount === 1);
  const [attempt] = (await endpoint.detail(first!.id)).attempts;
  const wait = attempt!.nextAttemptAt!.getTime() - attempt!.at!.getTime();
  expect(wait).toBeGreaterThanOrEqual(1_600);
  // From the end of the call, which may have taken its time.
  expect(wait).toBeLessThan(2_400 + attempt!.durationMs + 1_000);
  on.pass(3_000);
  const [failed] = await endpoint.all(1, ({ status }) => status === 'failed');
  expect(failed).toMatchObject({ attemptCount: 2, reason: 'exhausted', nextAttemptAt: undefined });
});

test('a body over 256 KiB is told as failed and never sent', async () => {
  const endpoint = await on.subscribe();
  const event = completed(endpoint.connectorId);
  Object.assign(event.data as object, { reason: 'x'.repeat(300_000) });
  await on.theatre.bus.publish([event, completed(endpoint.connectorId)]);
  const found = await endpoint.all(2, ({ status }) => status !== 'pending');
  expect(found.map(({ status, reason, attemptCount }) => `${status} ${reason} ${attemptCount}`).toSorted()).toEqual([
    'delivered  1',
    'failed payload_too_large 0',
  ]);
  expect(endpoint.received()).toHaveLength(1);
  const large = found.find(({ status }) => status === 'failed');
  await expect(endpoint.resend(large!.id)).rejects.toMatchObject({ kind: 'conflict', code: 'PAYLOAD_TOO_LARGE' });
});

test('a short secret is taken and called weak, one too long is refused', async () => {
  expect((await on.subscribe({ secret: 'short' })).created).toMatchObject({ weakSecret: true, secretHint: '***' });
  expect((await on.subscribe()).created.weakSecret).toBe(false);
  await expect(on.subscribe({ secret: 'x'.repeat(257) })).rejects.toMatchObject({
    kind: 'invalid',
    details: { secret: [expect.any(String)] },
  });
});

test('a change from a stale view is refused, two at once both count, a taken address is a conflict', async () => {
  const endpoint = await on.subscribe();
  const { connectorId } = endpoint;
  await endpoint.edit({ options: options({ throttle: 7 }), ifRevision: 1 });
  await expect(endpoint.edit({ options: options({ throttle: 8 }), ifRevision: 1 })).rejects.toMatchObject({
    kind: 'stale',
  });
  await expect(
    on.app.endpoints.deleteEndpoint({ connectorId, id: endpoint.endpointId, ifRevision: 1 }, as()),
  ).rejects.toMatchObject({ kind: 'stale' });
  await Promise.all([
    endpoint.edit({ options: options({ throttle: 9 }) }),
    endpoint.edit({ options: options({ payload: 'thin' }) }),
    endpoint.edit({ events: { values: ['sync.failed'] } }),
  ]);
  expect(await endpoint.read()).toMatchObject({ throttle: 9, payload: 'thin', events: ['sync.failed'], revision: 5 });
  const url = `${on.webhooks.url}/taken`;
  await on.app.endpoints.createEndpoint(newEndpoint(connectorId, url, { events: ['sync.failed'] }), as());
  await expect(endpoint.edit({ url })).rejects.toMatchObject({ kind: 'conflict', code: 'WEBHOOK_EXISTS' });
  await expect(
    on.app.endpoints.updateEndpoint(
      { connectorId, id: endpoint.endpointId, events: undefined, options: undefined, status: 'paused' },
      as('other'),
    ),
  ).rejects.toMatchObject({ kind: 'not_found' });
});

test.each<[string, Parameters<Awaited<ReturnType<Cast['subscribe']>>['edit']>[0], string]>([
  ['an unknown status', { status: 'disabled' }, 'status'],
  ['a private address', { url: 'http://10.0.0.1/' }, 'url'],
  ['a port outside the list', { url: 'https://your-system.com:22/' }, 'url'],
  ['a user in the address', { url: 'https://a:b@your-system.com/' }, 'url'],
  ['another protocol', { url: 'ftp://your-system.com/' }, 'url'],
  ['no events', { events: { values: [] } }, 'events'],
  ['an unknown event', { events: { values: ['order.paid'] } }, 'events'],
  [
    'an unknown operator',
    { options: options({ filterJson: '{"data.status":{"like":"x"}}' }) },
    'filter.data.status.like',
  ],
  ['a header of HTTP’s own', { options: options({ headers: { values: { Host: 'evil' } } }) }, 'headers.Host'],
  ['a header in two lines', { options: options({ headers: { values: { 'X-A': 'a\r\nb: c' } } }) }, 'headers.X-A'],
  ['a mask of nothing', { options: options({ headers: { values: { 'X-Key': '***' } } }) }, 'headers.x-key'],
  ['a schedule of nothing', { options: options({ retrySchedule: { usual: false, seconds: [0] } }) }, 'retry_schedule'],
  ['a throttle too fast', { options: options({ throttle: 1_001 }) }, 'throttle'],
  ['another payload', { options: options({ payload: 'huge' }) }, 'payload'],
])('%s is refused by field, and nothing changes', async (_what, change, field) => {
  const endpoint = await on.subscribe();
  await expect(endpoint.edit(change)).rejects.toMatchObject({
    kind: 'invalid',
    details: { [field]: [expect.any(String)] },
  });
  expect(await endpoint.read()).toEqual(endpoint.created);
});

test('an endpoint that was stored before there were options is read, called and changed like any other', async () => {
  const endpoint = await on.subscribe();
  const rows = on.theatre.db.collection<{ _id: string }>('endpoints');
  const LATER = ['weakSecret', 'olderSecrets', 'headers', 'shownHeaders', 'filter', 'retrySchedule', 'throttle'];
  const fields = [...LATER, 'payload', 'revision', 'rotation', 'breaker', 'failingSince', 'warned'];
  await rows.updateOne({ _id: endpoint.endpointId }, { $unset: Object.fromEntries(fields.map((name) => [name, 1])) });
  expect(await endpoint.read()).toEqual(endpoint.created);
  await on.theatre.bus.publish([completed(endpoint.connectorId)]);
  await endpoint.all(1, delivered);
  expect(await endpoint.edit({ options: options({ throttle: 3 }) })).toMatchObject({ throttle: 3, revision: 2 });
});
