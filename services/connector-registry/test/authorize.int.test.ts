import { until } from '@crossdock/testing';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { appKeyOf, newShop, type Registry, startRegistry } from './registry.ts';

let registry: Registry;

beforeAll(async () => {
  registry = await startRegistry({ instances: 2, quotas: 'demo:1000' });
});

afterAll(() => registry.stop());

const complete = (callback: { code: string; state: string; error: string }, index = 0) =>
  registry.instances[index % 2]!.connectors.completeAuthorization({ platform: 'tmall', ...callback });

/** Exchanges of codes, of whatever shop. */
async function exchanges(): Promise<number> {
  return (await registry.tokenCalls()).filter(({ body }) => String(body).includes('authorization_code')).length;
}

test('a redirect that comes a hundred times is exchanged once and always has the same answer', async () => {
  const shop = newShop();
  const { connector, authUrl } = await registry.create('demo', shop);
  const callback = await registry.approve(authUrl, shop);
  const before = await exchanges();
  const answers = await Promise.all(Array.from({ length: 100 }, (_, index) => complete(callback, index)));
  expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
  expect(answers[0]).toMatchObject({ outcome: 'connected', connectorId: connector.id, connectorName: connector.name });
  expect(await complete(callback)).toEqual(answers[0]);
  expect((await exchanges()) - before).toBe(1);
  const after = await registry.get('demo', connector.id);
  expect(after).toMatchObject({ status: 'connected', statusReason: '', version: 2 });
  expect(after.shopName).not.toBe('');
  expect(after.nextSyncAt!.getTime()).toBeGreaterThanOrEqual(Date.now() + 14 * 60_000);
  const told = await until(async () => (await registry.told('connector.changed', connector.id))[1]);
  expect(told).toMatchObject({ version: 2, status: 'connected', status_reason: null });
  expect(await registry.told('connector.error', connector.id)).toEqual([]);
});

test('two processes that get the same redirect at once exchange it once', async () => {
  const callbacks = [];
  for (let n = 0; n < 20; n += 1) {
    const shop = newShop();
    callbacks.push(await registry.approve((await registry.create('demo', shop)).authUrl, shop));
  }
  const before = await exchanges();
  const answers = await Promise.all(callbacks.flatMap((callback) => [complete(callback, 0), complete(callback, 1)]));
  expect(new Set(answers.map(({ outcome }) => outcome))).toEqual(new Set(['connected']));
  expect((await exchanges()) - before).toBe(20);
});

test('tokens stand sealed in the database, and the state only as its hash', async () => {
  const shop = newShop();
  const { connector, authUrl } = await registry.create('demo', shop);
  const callback = await registry.approve(authUrl, shop);
  await complete(callback);
  const { accessToken } = await registry.acquire('demo', { connectorId: connector.id });
  const stored = JSON.stringify(await registry.stored(connector.id));
  expect(accessToken).not.toBe('');
  expect(stored).not.toContain(accessToken);
  expect(stored).not.toContain(callback.state);
});

test("another shop's account is refused and changes nothing", async () => {
  const { connector, authUrl } = await registry.create('demo', newShop());
  const answer = await complete(await registry.approve(authUrl, newShop()));
  expect(answer.outcome).toBe('wrong_shop');
  expect(await registry.get('demo', connector.id)).toMatchObject({ status: 'pending', version: 1 });
});

test('a shop of the other platform behind the same gateway is refused, its own one connected', async () => {
  for (const [platform, other] of [
    ['taobao', 'tmall'],
    ['tmall', 'taobao'],
  ] as const) {
    const shop = newShop();
    const { connector, authUrl } = await registry.create('demo', shop, { platform: other });
    const wrong = await registry.approve(authUrl, shop, true, platform);
    const { connectors } = registry.instances[0]!;
    expect((await connectors.completeAuthorization({ platform: other, ...wrong })).outcome).toBe('wrong_shop');
    expect(await registry.get('demo', connector.id)).toMatchObject({ status: 'pending', version: 1 });

    const right = await registry.create('demo', shop, { platform });
    const callback = await registry.approve(right.authUrl, shop, true, platform);
    expect((await connectors.completeAuthorization({ platform, ...callback })).outcome).toBe('connected');
  }
});

test('a shop of another platform whose kind was not told in time is found by a health check', async () => {
  const shop = newShop();
  const { connector, authUrl } = await registry.create('demo', shop);
  const callback = await registry.approve(authUrl, shop, true, 'taobao');
  const match = `app_key=${appKeyOf(shop)}`;
  for (const platform of ['tmall', 'taobao'] as const)
    await registry.control.addFault({ platform, kind: 'status', value: 502, match });
  expect((await complete(callback)).outcome).toBe('connected');
  await registry.control.clearFaults(match);
  await registry.connectors.checkHealth({ id: connector.id, refresh: true }, registry.as('demo'));
  expect(await registry.get('demo', connector.id)).toMatchObject({ status: 'error', statusReason: 'other_platform' });
  expect((await registry.stored(connector.id))?.credential).toBeNull();
});

test("an error of the platform's own is a failed authorisation, not the merchant's no", async () => {
  const { authUrl } = await registry.create('demo', newShop());
  const state = new URL(authUrl).searchParams.get('state')!;
  expect((await complete({ state, code: '', error: 'server_error' })).outcome).toBe('failed');
});

test('a merchant who says no leaves the connector as it is, and the state is used up', async () => {
  const shop = newShop();
  const { connector, authUrl } = await registry.create('demo', shop);
  const callback = await registry.approve(authUrl, shop, false);
  expect(await complete(callback)).toMatchObject({ outcome: 'denied', connectorId: connector.id });
  expect((await complete({ ...callback, error: '', code: 'later' })).outcome).toBe('denied');
  expect((await registry.get('demo', connector.id)).status).toBe('pending');
});

test('an unknown state, a spent code and one without code have their own outcomes', async () => {
  expect(await complete({ state: 'nobody', code: 'c', error: '' })).toEqual({
    outcome: 'unknown_state',
    connectorId: '',
    connectorName: '',
    shopName: '',
  });
  const { authUrl } = await registry.create('demo', newShop());
  const state = new URL(authUrl).searchParams.get('state')!;
  expect((await complete({ state, code: '', error: '' })).outcome).toBe('failed');
  expect((await complete({ state, code: 'not-a-code', error: '' })).outcome).toBe('failed');
});

test.each([
  ['is away', 'status', 502],
  ['wants fewer calls', 'rate_limited', 1],
  ['does not answer as agreed', 'malformed', undefined],
] as const)('a code that cannot be exchanged while the platform %s is told as such', async (_what, kind, value) => {
  const shop = newShop();
  const { connector, authUrl } = await registry.create('demo', shop);
  const callback = await registry.approve(authUrl, shop);
  const match = `client_id=${appKeyOf(shop)}`;
  await registry.control.addFault({ platform: 'tmall', kind, match, ...(value !== undefined && { value }) });
  expect((await complete(callback)).outcome).toBe('platform_away');
  expect(await registry.get('demo', connector.id)).toMatchObject({ status: 'pending', statusReason: '' });
});

test('a wrong app secret, and a connector that was deleted meanwhile, are told as such', async () => {
  const [wrong, gone] = [newShop(), newShop()];
  const config = { app_key: appKeyOf(wrong), app_secret: 'another-secret', shop_id: wrong };
  const first = await registry.create('demo', wrong, { config });
  expect((await complete(await registry.approve(first.authUrl, wrong))).outcome).toBe('app_refused');
  const second = await registry.create('demo', gone);
  const callback = await registry.approve(second.authUrl, gone);
  await registry.connectors.deleteConnector({ id: second.connector.id }, registry.as('demo'));
  expect((await complete(callback)).outcome).toBe('connector_deleted');
});

test('a state of before the app was changed does not count any more', async () => {
  const shop = newShop();
  const { connector, authUrl } = await registry.create('demo', shop);
  const callback = await registry.approve(authUrl, shop);
  await registry.connectors.updateConnector(
    { id: connector.id, config: { app_key: 'sandbox-new-key', app_secret: 'sandbox-secret' } },
    registry.as('demo'),
  );
  expect((await complete(callback)).outcome).toBe('expired_state');
  const fresh = await registry.connectors.authorize({ id: connector.id }, registry.as('demo'));
  expect((await complete(await registry.approve(fresh.authUrl, shop))).outcome).toBe('connected');
});

test('whoever died in the middle of an exchange leaves a failed authorisation, and one who died after storing a good one', async () => {
  const [dead, stored] = [newShop(), newShop()];
  const first = await registry.create('demo', dead);
  const lost = await registry.approve(first.authUrl, dead);
  await registry.interruptExchange(lost.state);
  const second = await registry.connect('demo', stored);
  await registry.interruptExchange(registry.lastState());
  expect((await complete(lost)).outcome).toBe('failed');
  expect(await registry.get('demo', first.connector.id)).toMatchObject({ status: 'pending', version: 1 });
  const again = await complete({ state: registry.lastState(), code: 'spent', error: '' });
  expect(again).toMatchObject({ outcome: 'connected', connectorId: second.id });
});

test('an exchange that comes back late stores nothing once a newer one has begun', async () => {
  const shop = newShop();
  const { connector, authUrl } = await registry.create('demo', shop);
  const callback = await registry.approve(authUrl, shop);
  const match = `client_id=${appKeyOf(shop)}`;
  await registry.control.addFault({ platform: 'tmall', kind: 'latency', match, value: 800 });
  const late = complete(callback);
  await until(async () => (await registry.stored(connector.id))?.exchangeFence === 1);
  await registry.alter(connector.id, { exchangeFence: 2 });
  expect((await late).outcome).toBe('failed');
  expect(await registry.get('demo', connector.id)).toMatchObject({ status: 'pending', version: 1 });
});

test('a state is good for ten minutes', async () => {
  const shop = newShop();
  const { authUrl } = await registry.create('demo', shop);
  const callback = await registry.approve(authUrl, shop);
  await registry.advance(1);
  expect((await complete(callback)).outcome).toBe('expired_state');
});
