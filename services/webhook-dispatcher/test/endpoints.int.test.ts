import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { newId } from '@crossdock/kernel';
import { recordsOf, until } from '@crossdock/testing';
import { as, changed, newEndpoint, stage, type Stage } from './stage.ts';

const URL_A = 'http://127.0.0.1:9/a';
let theatre: Stage;
let app: Awaited<ReturnType<Stage['dispatcher']>>;

beforeAll(async () => {
  theatre = await stage();
  app = await theatre.dispatcher();
});
afterAll(() => theatre.close());

/** What it answered, or the kind and code of its refusal. */
const outcome = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'ok',
    (err: { kind: string; code: string }) => `${err.kind} ${err.code}`,
  );

const create = async (connectorId: string, url: string, more = {}) => {
  const { endpoint } = await app.endpoints.createEndpoint(newEndpoint(connectorId, url, more), as());
  return endpoint!;
};

const list = (connectorId: string, tenant = 'demo') =>
  app.endpoints.listEndpoints({ connectorId, page: 1, pageSize: 100 }, as(tenant));

test('an endpoint is created, listed, read and deleted; its audit records follow', async () => {
  const connectorId = theatre.connector();
  const made = await create(connectorId, 'https://your-system.com/webhook/nolux', {
    events: ['sync.failed', 'sync.completed'],
  });
  expect(made).toMatchObject({
    connectorId,
    url: 'https://your-system.com/webhook/nolux',
    events: ['sync.completed', 'sync.failed'],
    status: 'enabled',
    disabledReason: '',
    secretHint: '***cret',
    secret: '',
  });
  expect(await list(connectorId)).toMatchObject({ total: 1, items: [{ id: made.id }] });
  expect(await app.endpoints.getEndpoint({ connectorId, id: made.id }, as())).toMatchObject({
    endpoint: { id: made.id },
  });
  await app.endpoints.deleteEndpoint({ connectorId, id: made.id, ifRevision: undefined }, as());
  expect(await list(connectorId)).toEqual({ total: 0, items: [] });
  expect(await outcome(app.endpoints.deleteEndpoint({ connectorId, id: made.id, ifRevision: undefined }, as()))).toBe(
    'not_found WEBHOOK_NOT_FOUND',
  );
  const records = await until(async () => {
    const found = (await recordsOf('audit.recorded', theatre)).filter(({ value }) => value.includes(made.id));
    return found.length === 2 ? found : null;
  });
  expect(records.map(({ value }) => JSON.parse(value).action)).toEqual(['webhook.create', 'webhook.delete']);
  expect(records.some(({ value }) => value.includes('your_webhook_secret'))).toBe(false);
});

test('a secret we made is shown once and works from then on', async () => {
  const connectorId = theatre.connector();
  const made = await create(connectorId, URL_A, { secret: undefined });
  expect(Buffer.from(made.secret.slice('whsec_'.length), 'base64')).toHaveLength(32);
  const { endpoint } = await app.endpoints.getEndpoint({ connectorId, id: made.id }, as());
  expect(endpoint).toMatchObject({ secret: '', secretHint: `***${made.secret.slice(-4)}` });
});

test('secrets are sealed at rest and gone after deletion', async () => {
  const connectorId = theatre.connector();
  const { id } = await create(connectorId, URL_A);
  const stored = () => theatre.db.collection<{ _id: string; secret: string }>('endpoints').findOne({ _id: id });
  expect(JSON.stringify(await stored())).not.toContain('your_webhook_secret');
  await app.endpoints.deleteEndpoint({ connectorId, id, ifRevision: undefined }, as());
  expect(await stored()).toMatchObject({ secret: '' });
});

test('another tenant sees nothing of it, and nobody a connector that is not there', async () => {
  const connectorId = theatre.connector();
  const { id } = await create(connectorId, URL_A);
  expect(await outcome(app.endpoints.getEndpoint({ connectorId, id }, as('other')))).toBe(
    'not_found WEBHOOK_NOT_FOUND',
  );
  expect(await outcome(app.endpoints.deleteEndpoint({ connectorId, id, ifRevision: undefined }, as('other')))).toBe(
    'not_found WEBHOOK_NOT_FOUND',
  );
  expect(await outcome(list(connectorId, 'other'))).toBe('not_found CONNECTOR_NOT_FOUND');
  expect(await outcome(app.endpoints.createEndpoint(newEndpoint(connectorId, URL_A), as('other')))).toBe(
    'not_found CONNECTOR_NOT_FOUND',
  );
  expect(await outcome(list('no-such-connector'))).toBe('not_found CONNECTOR_NOT_FOUND');
});

test('bad input is refused by field, all at once', async () => {
  const bad = newEndpoint(theatre.connector(), 'http://localhost/x', { events: ['order.paid'], secret: ' ' });
  await expect(app.endpoints.createEndpoint(bad, as())).rejects.toMatchObject({
    kind: 'invalid',
    details: { url: [expect.any(String)], events: [expect.stringContaining('order.paid')], secret: ['密钥不能为空'] },
  });
  expect(
    await outcome(app.endpoints.listEndpoints({ connectorId: theatre.connector(), page: 1, pageSize: 101 }, as())),
  ).toBe('invalid VALIDATION');
});

test('the same address and events are taken once, however they are spelled and whoever comes at once', async () => {
  const connectorId = theatre.connector();
  const both = { events: ['sync.failed', 'sync.completed'] };
  const turned = { events: ['sync.completed', 'sync.failed'] };
  const urls = [URL_A, 'http://127.1:9/a', 'http://127.0.0.1:9/a#part', 'HTTP://127.0.0.1:9/a'];
  const outcomes = await Promise.all(
    urls.map((url, index) => outcome(create(connectorId, url, index % 2 === 0 ? both : turned))),
  );
  expect(outcomes.toSorted()).toEqual([...Array(3).fill('conflict WEBHOOK_EXISTS'), 'ok']);
  expect(await outcome(create(connectorId, URL_A, { events: ['sync.failed'] }))).toBe('ok');
  const [first] = (await list(connectorId)).items.filter(({ events }) => events.length === 2);
  await app.endpoints.deleteEndpoint({ connectorId, id: first!.id, ifRevision: undefined }, as());
  expect(await outcome(create(connectorId, URL_A, both))).toBe('ok');
});

test('thirty creates at once leave exactly twenty endpoints', async () => {
  const connectorId = theatre.connector();
  const outcomes = await Promise.all(
    Array.from({ length: 30 }, (_, n) => outcome(create(connectorId, `http://127.0.0.1:9/${n}`))),
  );
  expect(outcomes.filter((each) => each === 'ok')).toHaveLength(20);
  expect(outcomes.filter((each) => each === 'quota WEBHOOK_LIMIT')).toHaveLength(10);
  expect((await list(connectorId)).total).toBe(20);
});

test('an idempotency key makes one endpoint and answers its secret again; with another body it is refused', async () => {
  const connectorId = theatre.connector();
  const key = { idempotencyKey: 'key-1', bodyHash: 'h-1', secret: undefined };
  const made = await Promise.all(Array.from({ length: 20 }, () => create(connectorId, URL_A, key)));
  expect(new Set(made.map(({ id, secret }) => `${id} ${secret}`)).size).toBe(1);
  expect(made[0]?.secret).toMatch(/^whsec_/);
  expect(await outcome(create(connectorId, URL_A, { ...key, bodyHash: 'h-2' }))).toBe('invalid IDEMPOTENCY_KEY');
  expect(await outcome(create(theatre.connector(), URL_A, key))).toBe('invalid IDEMPOTENCY_KEY');
});

test('a deleted connector takes its endpoints with it; an older change does not bring it back', async () => {
  const connectorId = theatre.connector();
  await create(connectorId, URL_A);
  const deletion = changed(connectorId, 7, true);
  await theatre.bus.publish([deletion, deletion, changed(connectorId, 6, false)]);
  await until(
    async () => (await theatre.db.collection('endpoints').countDocuments({ connectorId, deletedAt: null })) === 0,
  );
  expect(await outcome(list(connectorId))).toBe('not_found CONNECTOR_NOT_FOUND');
  // The registry of this test still knows it: what was told of since decides.
  expect(await outcome(create(connectorId, URL_A))).toBe('not_found CONNECTOR_NOT_FOUND');
});

test('an endpoint stored after its connector was deleted, its process dead before it looked again, goes with the next start, told once', async () => {
  const [connectorId, goneId] = [theatre.connector(), theatre.connector()];
  const kept = await create(connectorId, URL_A);
  await theatre.bus.publish([changed(goneId, 2, true)]);
  await until(async () => (await outcome(list(goneId))) === 'not_found CONNECTOR_NOT_FOUND');
  // As it stands between the insert and that look.
  const endpoints = theatre.db.collection<{ _id: string }>('endpoints');
  const stored = await endpoints.findOne({ _id: kept.id });
  await endpoints.insertOne({ ...stored, _id: newId(), connectorId: goneId } as { _id: string });
  const [next, another] = await Promise.all([theatre.dispatcher(), theatre.dispatcher()]);
  const orphan = await endpoints.findOne<{ _id: string; deletedAt: Date | null; secret: string }>({
    connectorId: goneId,
  });
  expect(orphan).toMatchObject({ deletedAt: expect.any(Date), secret: '' });
  expect((await list(connectorId)).items).toHaveLength(1);
  const audits = await until(async () => {
    const told = (await recordsOf('audit.recorded', theatre)).filter(({ value }) => value.includes(orphan!._id));
    return told.length > 0 ? told : null;
  });
  expect(audits.map(({ value }) => JSON.parse(value).action)).toEqual(['webhook.delete']);
  await Promise.all([next.service.stop(), another.service.stop()]);
});

test('a list asks the registry once about a connector never heard of', async () => {
  const connectorId = theatre.connector();
  await list(connectorId);
  const calls = theatre.registry.calls();
  await list(connectorId);
  expect(theatre.registry.calls()).toBe(calls);
});
