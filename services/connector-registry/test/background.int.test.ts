import { until } from '@crossdock/testing';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { appKeyOf, newShop, type Registry, startRegistry } from './registry.ts';

let registry: Registry;

beforeAll(async () => {
  registry = await startRegistry({ instances: 2, quotas: 'demo:1000' });
});

afterAll(() => registry.stop());

const round = (name: 'keepAlive' | 'probeDue') => registry.app[name](new AbortController().signal);
const after = (ms: number) => new Date(registry.now().getTime() + ms);
const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** The token is old and ends in a while; the refresh token does not. */
const endIn = (id: string, ms: number, more = {}) =>
  registry.alter(id, { 'credential.issuedAt': after(-DAY_MS), 'credential.expiresAt': after(ms), ...more });

const due = (id: string) => registry.alter(id, { nextProbeAt: after(-1) });

describe('while nobody syncs', () => {
  test('a credential near its end is renewed once, by whichever process, also of a paused connector', async () => {
    const [idle, paused, fresh] = [
      await registry.connect('demo', newShop()),
      await registry.connect('demo', newShop()),
      await registry.connect('demo', newShop()),
    ];
    await registry.connectors.pauseConnector({ id: paused.id }, registry.as('demo'));
    await endIn(idle.id, 14 * MINUTE_MS);
    await endIn(paused.id, 14 * MINUTE_MS);
    await Promise.all([round('keepAlive'), round('keepAlive')]);
    for (const { id, shopId } of [idle, paused]) {
      await until(async () => (await registry.stored(id))?.credentialVersion === 2);
      expect(await registry.refreshes(shopId)).toBe(1);
    }
    expect((await registry.stored(fresh.id))?.credentialVersion).toBe(1);
    expect(await registry.get('demo', idle.id)).toMatchObject({ status: 'connected', statusReason: '', version: 2 });
  });

  test('a token of fixed life that ended is told as disconnected, once', async () => {
    const { id } = await registry.connect('demo', newShop());
    await endIn(id, -1, { 'credential.refreshToken': null });
    await Promise.all([round('keepAlive'), round('keepAlive')]);
    expect(await registry.get('demo', id)).toMatchObject({ status: 'error', statusReason: 'auth_expired' });
    const told = await until(async () => {
      const errors = await registry.told('connector.error', id);
      return errors.length > 0 ? errors : null;
    });
    expect(told).toEqual([expect.objectContaining({ kind: 'disconnected', reason: 'auth_expired' })]);
  });

  test('a renewal that the platform does not make now is told of once it is overdue, and no more once it is made', async () => {
    const { id, shopId } = await registry.connect('demo', newShop());
    await endIn(id, 2 * MINUTE_MS);
    const match = `client_id=${appKeyOf(shopId)}`;
    await registry.control.addFault({ platform: 'tmall', kind: 'status', value: 503, match, times: 1_000 });
    await round('keepAlive');
    await until(async () => (await registry.get('demo', id)).statusReason === 'auth_refresh_failing');
    expect((await registry.acquire('demo', { connectorId: id })).state).toBe('ok');
    await registry.control.clearFaults(match);
    await until(async () => {
      await round('keepAlive');
      return (await registry.stored(id))?.credentialVersion === 2;
    });
    await until(async () => (await registry.get('demo', id)).statusReason === '');
  });
});

describe('health checks', () => {
  test('ask about each connector that is due once, however many processes ask, and again five minutes later', async () => {
    const { id, shopId } = await registry.connect('demo', newShop());
    const next = (await registry.stored(id))!.nextProbeAt!.getTime() - registry.now().getTime();
    expect(next).toBeGreaterThan(3 * MINUTE_MS);
    expect(next).toBeLessThanOrEqual(6 * MINUTE_MS);
    const before = await registry.probes(shopId);
    await due(id);
    await Promise.all(Array.from({ length: 10 }, () => round('probeDue')));
    await until(async () => (await registry.stored(id))?.calls.length === 1);
    expect((await registry.probes(shopId)) - before).toBe(1);
    expect((await registry.stored(id))!.nextProbeAt!.getTime()).toBeGreaterThan(after(3 * MINUTE_MS).getTime());
    const health = await registry.connectors.checkHealth({ id, refresh: false }, registry.as('demo'));
    expect(health).toMatchObject({ status: 'healthy', checkedAt: expect.any(Date) });
  });

  test('leave alone what is not authorised, is paused, or is a shop that closed just now', async () => {
    const pending = (await registry.create('demo', newShop())).connector;
    const [paused, closed] = [await registry.connect('demo', newShop()), await registry.connect('demo', newShop())];
    await registry.connectors.pauseConnector({ id: paused.id }, registry.as('demo'));
    await registry.alter(closed.id, { standing: { signal: 'closed', reason: 'shop_closed', since: new Date() } });
    const all = [pending, paused, closed];
    const asked = () => Promise.all(all.map(({ shopId }) => registry.probes(shopId)));
    const before = await asked();
    for (const { id } of all) await due(id);
    await round('probeDue');
    expect(await asked()).toEqual(before);
    for (const { id } of all) {
      expect((await registry.stored(id))!.nextProbeAt!.getTime()).toBeGreaterThan(registry.now().getTime());
    }
  });

  test('find a shop closed, leave it alone for a quarter of an hour, and then find it open again without any sync', async () => {
    const { id, shopId } = await registry.connect('demo', newShop());
    const reason = async () => (await registry.get('demo', id)).statusReason;
    await registry.control.putShop('tmall', shopId, { frozen: true });
    await due(id);
    await round('probeDue');
    await until(async () => (await reason()) === 'shop_closed');
    await registry.control.putShop('tmall', shopId, { frozen: false });
    const asked = await registry.probes(shopId);
    await registry.alter(id, { 'calls.0.at': after(-14 * MINUTE_MS), nextProbeAt: after(-1) });
    await round('probeDue');
    expect([await registry.probes(shopId), await reason()]).toEqual([asked, 'shop_closed']);
    await registry.alter(id, { 'calls.0.at': after(-15 * MINUTE_MS), nextProbeAt: after(-1) });
    await round('probeDue');
    await until(async () => (await reason()) === '');
    expect(await registry.probes(shopId)).toBe(asked + 1);
    const health = await registry.connectors.checkHealth({ id, refresh: false }, registry.as('demo'));
    expect(health).toMatchObject({ status: 'healthy', lastError: undefined });
  });

  test('find a grant that ended: an error, disconnected told once', async () => {
    const { id } = await registry.connect('demo', newShop());
    const { accessToken } = await registry.acquire('demo', { connectorId: id });
    await registry.control.addFault({ platform: 'tmall', kind: 'token_revoked', match: accessToken });
    await due(id);
    await round('probeDue');
    await until(async () => (await registry.get('demo', id)).status === 'error');
    expect(await registry.get('demo', id)).toMatchObject({ statusReason: 'auth_revoked' });
    await until(async () => (await registry.told('connector.error', id)).length > 0);
    expect(await registry.told('connector.error', id)).toHaveLength(1);
  });

  test('tell why a connector is not well when it does not pass, and once it has passed', async () => {
    const { id, version } = await registry.connect('demo', newShop());
    const report = (outcome: string, code: string, seconds: number) =>
      registry.credentials.reportCalls(
        {
          connectorId: id,
          calls: [{ at: after(seconds * 1_000), credentialVersion: 1, outcome, code, message: '', durationMs: 5 }],
        },
        registry.as('demo'),
      );
    await report('RATE_LIMITED', '7', -150);
    expect(await registry.get('demo', id)).toMatchObject({
      statusReason: 'rate_limited',
      statusReasonDetail: { who: 'nobody', action: '' },
      version: version + 1,
    });
    for (const seconds of [-60, -40, -20]) await report('ok', '', seconds);
    expect(await registry.get('demo', id)).toMatchObject({ statusReason: '', version: version + 2 });
    await report('SHOP_CLOSED', '15/isv.shop-closed', 0);
    expect((await registry.get('demo', id)).statusReason).toBe('shop_closed');
    const health = await registry.connectors.checkHealth({ id, refresh: false }, registry.as('demo'));
    expect(health).toMatchObject({ status: 'degraded', lastError: expect.stringContaining('店铺') });
    await report('ok', '', 1);
    expect((await registry.get('demo', id)).statusReason).toBe('');
    expect(await registry.told('connector.error', id)).toEqual([]);
  });
});

test('a connector deleted long ago is forgotten once everybody was told of it, a younger one stays', async () => {
  const [old, untold, young] = [
    (await registry.create('demo', newShop())).connector,
    (await registry.create('demo', newShop())).connector,
    (await registry.create('demo', newShop())).connector,
  ];
  for (const { id } of [old, untold, young]) {
    await registry.connectors.deleteConnector({ id, ifRevision: undefined }, registry.as('demo'));
    await until(async () => (await registry.stored(id))?.outbox.length === 0);
  }
  await registry.alter(old.id, { deletedAt: after(-401 * DAY_MS) });
  await registry.alter(young.id, { deletedAt: after(-399 * DAY_MS) });
  const waiting = { id: 'e', topic: 'connector.changed', time: after(MINUTE_MS).toISOString() };
  await registry.alter(untold.id, { deletedAt: after(-401 * DAY_MS), outbox: [waiting] });
  expect(await registry.app.purge()).toBe(1);
  expect(await registry.stored(old.id)).toBeNull();
  expect(await registry.stored(young.id)).not.toBeNull();
  expect(await registry.stored(untold.id)).not.toBeNull();
  await registry.alter(untold.id, { outbox: [] });
});

test('what is due is found by an index, never by looking at every connector', async () => {
  await registry.connect('demo', newShop());
  const rounds = async () => {
    await round('keepAlive');
    await round('probeDue');
    await registry.app.purge();
  };
  expect(await registry.scans(rounds)).toEqual([]);
});
