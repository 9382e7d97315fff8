import { armFailpoints } from '@crossdock/kernel';
import { until } from '@crossdock/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { appKeyOf, newConnector, newShop, type Registry, startRegistry } from './registry.ts';

let registry: Registry;

beforeAll(async () => {
  registry = await startRegistry({ instances: 2, quotas: 'demo:1000' });
});

beforeEach(() => registry.noneDue());
afterEach(() => armFailpoints(undefined));
afterAll(() => registry.stop());

/** The first to come by stands still there, as dead as a stopped process, until it is let go on. */
function stopAt(name: string) {
  const there = Promise.withResolvers<void>();
  const going = Promise.withResolvers<void>();
  armFailpoints((each) => {
    if (each !== name) return;
    armFailpoints(undefined);
    there.resolve();
    return going.promise;
  });
  return { there: there.promise, goOn: going.resolve };
}

/** Longer than any lease. */
const pastLeases = () => registry.advance(1 / (24 * 60));

const DEAD = 0;
const ALIVE = 1;

const complete = (callback: { code: string; state: string; error: string }, index: number) =>
  registry.instances[index]!.connectors.completeAuthorization({ platform: 'tmall', ...callback });

const acquire = (connectorId: string, index: number, refusedVersion?: number) =>
  registry.instances[index]!.credentials.acquireCredential(
    { connectorId, taskId: 't', refusedVersion },
    registry.as('demo'),
  );

const exchanges = async (shopId: string): Promise<number> => {
  const asked = await registry.control.requests({ platform: 'tmall', match: `client_id=${appKeyOf(shopId)}` });
  return asked.filter(({ body }) => String(body).includes('authorization_code')).length;
};

async function toldOnce(id: string, version: number): Promise<void> {
  const told = await until(async () => {
    const changes = await registry.told('connector.changed', id);
    return changes.length >= version ? changes : null;
  });
  expect(told.map((change) => change['version'])).toEqual(Array.from({ length: version }, (_, n) => n + 1));
  expect(await registry.told('audit.recorded', id)).toHaveLength(version);
}

describe('an authorisation whose process dies', () => {
  test.each([
    ['registry.oauth.claimed', 0],
    ['registry.oauth.exchanged', 1],
  ])(
    'at %s has failed: the code is used at most once, and a new authorisation stands against the late one',
    async (point, used) => {
      const shop = newShop();
      const { connector, authUrl } = await registry.create('demo', shop);
      const callback = await registry.approve(authUrl, shop);
      const dead = stopAt(point);
      const late = complete(callback, DEAD);
      await dead.there;
      await pastLeases();
      expect(await complete(callback, ALIVE)).toMatchObject({ outcome: 'failed' });
      expect(await exchanges(shop)).toBe(used);

      const fresh = await registry.connectors.authorize({ id: connector.id }, registry.as('demo'));
      expect(await complete(await registry.approve(fresh.authUrl, shop), ALIVE)).toMatchObject({
        outcome: 'connected',
      });
      const stored = (await registry.stored(connector.id))?.credential;
      dead.goOn();
      expect(await late).toMatchObject({ outcome: 'failed' });
      expect((await registry.stored(connector.id))?.credential).toEqual(stored);
      expect(await exchanges(shop)).toBe(used + 1);
      await toldOnce(connector.id, 2);
    },
  );

  test('at registry.oauth.stored is done: the replay hears so, one exchange, one event', async () => {
    const shop = newShop();
    const { connector, authUrl } = await registry.create('demo', shop);
    const callback = await registry.approve(authUrl, shop);
    const dead = stopAt('registry.oauth.stored');
    const late = complete(callback, DEAD);
    await dead.there;
    await pastLeases();
    expect(await complete(callback, ALIVE)).toMatchObject({ outcome: 'connected', connectorId: connector.id });
    dead.goOn();
    expect(await late).toMatchObject({ outcome: 'connected' });
    expect(await exchanges(shop)).toBe(1);
    await toldOnce(connector.id, 2);
  });
});

describe('a renewal whose process dies', () => {
  test('at registry.refresh.leased is made by the next one, once; the late one asks nobody', async () => {
    const { id, shopId } = await registry.connect('demo', newShop());
    const dead = stopAt('registry.refresh.leased');
    const late = acquire(id, DEAD, 1);
    await dead.there;
    await pastLeases();
    const alive = await acquire(id, ALIVE, 1);
    expect(alive).toMatchObject({ state: 'ok', version: 2 });
    dead.goOn();
    expect(await late).toMatchObject({ state: 'ok', version: 2, accessToken: alive.accessToken });
    expect(await registry.refreshes(shopId)).toBe(1);
  });

  test('at registry.refresh.exchanged costs at most the authorisation, told once and healed by a new one', async () => {
    const shop = newShop();
    const { id } = await registry.connect('demo', shop);
    const dead = stopAt('registry.refresh.exchanged');
    const late = acquire(id, DEAD, 1);
    await dead.there;
    await pastLeases();
    const alive = await acquire(id, ALIVE, 1);
    expect(await registry.refreshes(shop)).toBe(2);
    const lost = alive.state === 'needs_authorization';
    dead.goOn();
    expect(await late).toMatchObject({ state: alive.state, version: alive.version, accessToken: alive.accessToken });
    expect(await registry.get('demo', id)).toMatchObject({ statusReason: lost ? 'auth_revoked' : '' });

    const { authUrl } = await registry.connectors.authorize({ id }, registry.as('demo'));
    await complete(await registry.approve(authUrl, shop), ALIVE);
    expect(await acquire(id, ALIVE)).toMatchObject({ state: 'ok' });
    const { version } = await registry.get('demo', id);
    await toldOnce(id, version);
    const kinds = (await registry.told('connector.error', id)).map(({ kind }) => kind);
    expect(kinds).toEqual(lost ? ['disconnected', 'recovered'] : []);
  });

  test('at registry.refresh.stored has made it: nobody asks the platform again', async () => {
    const { id, shopId } = await registry.connect('demo', newShop());
    const dead = stopAt('registry.refresh.stored');
    const late = acquire(id, DEAD, 1);
    await dead.there;
    expect(await acquire(id, ALIVE, 1)).toMatchObject({ state: 'ok', version: 2 });
    dead.goOn();
    expect(await late).toMatchObject({ state: 'ok', version: 2 });
    expect(await registry.refreshes(shopId)).toBe(1);
  });
});

test('a create whose process dies at registry.create.stored is found again by its key, whole and told once', async () => {
  const keyed = newConnector(newShop(), { idempotencyKey: 'crashed', bodyHash: 'h' });
  const dead = stopAt('registry.create.stored');
  const late = registry.instances[DEAD]!.connectors.createConnector(keyed, registry.as('demo'));
  await dead.there;
  const again = await registry.instances[ALIVE]!.connectors.createConnector(keyed, registry.as('demo'));
  dead.goOn();
  expect((await late).connector?.id).toBe(again.connector!.id);
  await toldOnce(again.connector!.id, 1);
});

test('a change whose process dies at registry.change.stored is told by whoever lives', async () => {
  const { id } = await registry.connect('demo', newShop());
  const dead = stopAt('registry.change.stored');
  const late = registry.instances[DEAD]!.connectors.pauseConnector({ id }, registry.as('demo'));
  await dead.there;
  await toldOnce(id, 3);
  const again = await registry.instances[ALIVE]!.connectors.pauseConnector({ id }, registry.as('demo'));
  expect(again.connector).toMatchObject({ statusReason: 'paused', version: 3 });
  dead.goOn();
  expect((await late).connector).toMatchObject({ statusReason: 'paused', version: 3 });
});

test('a health check whose process dies at registry.probe.claimed is made in the next round', async () => {
  const { id, shopId } = await registry.connect('demo', newShop());
  const due = () => registry.alter(id, { nextProbeAt: new Date(registry.now().getTime() - 1) });
  const round = () => registry.app.probeDue(new AbortController().signal);
  const before = await registry.probes(shopId);
  const dead = stopAt('registry.probe.claimed');
  await due();
  const late = round();
  await dead.there;
  await due();
  await round();
  await until(async () => (await registry.stored(id))?.calls.length === 1);
  expect((await registry.probes(shopId)) - before).toBe(1);
  dead.goOn();
  await late;
});
