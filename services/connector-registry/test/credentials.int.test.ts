import { until } from '@crossdock/testing';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { appKeyOf, newShop, type Registry, startRegistry } from './registry.ts';

let registry: Registry;

beforeAll(async () => {
  registry = await startRegistry({ instances: 2, quotas: 'demo:1000' });
});

afterAll(() => registry.stop());

const acquireOn = (index: number, connectorId: string, refusedVersion?: number) =>
  registry.instances[index % 2]!.credentials.acquireCredential(
    { connectorId, taskId: 't1', refusedVersion },
    registry.as('demo'),
  );

const endGrant = (accessToken: string) =>
  registry.control.addFault({ platform: 'tmall', kind: 'token_revoked', match: accessToken });

const probe = (id: string, refresh = true) => registry.connectors.checkHealth({ id, refresh }, registry.as('demo'));

describe('acquiring a credential', () => {
  test('gives token and open config, and the first one of a task makes the connector running, told once', async () => {
    const { id, shopId } = await registry.connect('demo', newShop());
    const acquired = await Promise.all(Array.from({ length: 10 }, (_, index) => acquireOn(index, id)));
    expect(acquired[0]).toMatchObject({
      state: 'ok',
      version: 1,
      platform: 'tmall',
      shopId,
      config: { app_key: appKeyOf(shopId), app_secret: 'sandbox-secret', shop_id: shopId },
    });
    expect(await registry.get('demo', id)).toMatchObject({ status: 'running', version: 3 });
    const changes = await until(async () => {
      const told = await registry.told('connector.changed', id);
      return told.length >= 3 ? told : null;
    });
    expect(changes.map(({ status }) => status)).toEqual(['pending', 'connected', 'running']);
  });

  test('needs an authorisation before there is one', async () => {
    const { connector } = await registry.create('demo', newShop());
    expect(await acquireOn(0, connector.id)).toMatchObject({ state: 'needs_authorization', accessToken: '' });
  });

  test('a hundred callers of two processes at expiry make one refresh', async () => {
    const { id, shopId } = await registry.connect('demo', newShop());
    const old = await acquireOn(0, id);
    await registry.advance(91);
    const acquired = await Promise.all(Array.from({ length: 100 }, (_, index) => acquireOn(index, id)));
    expect(await registry.refreshes(shopId)).toBe(1);
    expect(new Set(acquired.map(({ version, state }) => `${state} ${version}`))).toEqual(new Set(['ok 2']));
    expect(new Set(acquired.map(({ accessToken }) => accessToken)).size).toBe(1);
    expect(acquired[0]?.accessToken).not.toBe(old.accessToken);
  });

  test('a hundred callers whose token the platform refused make one refresh; an older refusal makes none', async () => {
    const { id, shopId } = await registry.connect('demo', newShop());
    const acquired = await Promise.all(Array.from({ length: 100 }, (_, index) => acquireOn(index, id, 1)));
    expect(new Set(acquired.map(({ version }) => version))).toEqual(new Set([2]));
    expect(await acquireOn(0, id, 1)).toMatchObject({ version: 2 });
    expect(await registry.refreshes(shopId)).toBe(1);
  });

  test('a refresh token refused for good makes it an error, disconnected told once to however many asked; authorising again recovers it', async () => {
    const shop = newShop();
    const { id } = await registry.connect('demo', shop);
    await registry.advance(181);
    const acquired = await Promise.all(Array.from({ length: 40 }, (_, index) => acquireOn(index, id)));
    expect(new Set(acquired.map(({ state }) => state))).toEqual(new Set(['needs_authorization']));
    expect(await registry.get('demo', id)).toMatchObject({
      status: 'error',
      statusReason: 'auth_revoked',
      nextSyncAt: undefined,
    });
    expect((await registry.stored(id))?.credential).toBeNull();

    const { authUrl } = await registry.connectors.authorize({ id }, registry.as('demo'));
    await registry.connectors.completeAuthorization({ platform: 'tmall', ...(await registry.approve(authUrl, shop)) });
    expect(await acquireOn(0, id)).toMatchObject({ state: 'ok', version: 2 });
    const errors = await until(async () => {
      const told = await registry.told('connector.error', id);
      return told.length >= 2 ? told : null;
    });
    expect(errors.map(({ kind, reason }) => [kind, reason])).toEqual([
      ['disconnected', 'auth_revoked'],
      ['recovered', 'auth_revoked'],
    ]);
  });

  test('a token that is still good is used while the platform does not refresh it; one that is not says when to try again', async () => {
    const { id, shopId } = await registry.connect('demo', newShop());
    const match = `client_id=${appKeyOf(shopId)}`;
    const fault = { platform: 'tmall', kind: 'status', match, value: 503 } as const;
    await registry.control.addFault({ ...fault, times: 100 });
    await expect(acquireOn(0, id, 1)).rejects.toMatchObject({ kind: 'unavailable', retryAfterMs: expect.any(Number) });
    await registry.control.clearFaults(match);
    expect(await acquireOn(1, id, 1)).toMatchObject({ state: 'ok', version: 2 });
  });
});

test('a renewal that fails again and again without a hint is tried after twice the time each, and the next credential begins anew', async () => {
  const { id, shopId } = await registry.connect('demo', newShop());
  const match = `client_id=${appKeyOf(shopId)}`;
  const fail = () => registry.control.addFault({ platform: 'tmall', kind: 'status', value: 503, match, times: 100 });
  const retryAfterMs = async (version: number): Promise<number> => {
    await registry.alter(id, { 'refresh.until': new Date(0) });
    return acquireOn(version, id, version).then(
      () => null as never,
      (err: { retryAfterMs: number }) => err.retryAfterMs,
    );
  };
  await fail();
  for (const full of [1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]) {
    const pause = await retryAfterMs(1);
    expect(pause).toBeGreaterThanOrEqual(full / 2);
    expect(pause).toBeLessThanOrEqual(full);
  }
  await registry.control.clearFaults(match);
  await registry.alter(id, { 'refresh.until': new Date(0) });
  expect(await acquireOn(0, id, 1)).toMatchObject({ state: 'ok', version: 2 });
  await fail();
  expect(await retryAfterMs(2)).toBeLessThanOrEqual(1_000);
});

describe('a refresh whose holder is gone', () => {
  const slowRefresh = (shopId: string) =>
    registry.control.addFault({
      platform: 'tmall',
      kind: 'latency',
      match: `client_id=${appKeyOf(shopId)}`,
      value: 800,
    });

  test('is made by the next one when the lease lapses', async () => {
    const { id } = await registry.connect('demo', newShop());
    await registry.alter(id, { refresh: { until: new Date(registry.now().getTime() + 300), fence: 7 } });
    expect(await acquireOn(0, id, 1)).toMatchObject({ state: 'ok', version: 2 });
    expect((await registry.stored(id))?.refresh).toMatchObject({ fence: 8 });
  });

  test('is not tried while the platform wants to be left alone: that is told, not waited out', async () => {
    const { id } = await registry.connect('demo', newShop());
    const until = new Date(registry.now().getTime() + 60_000);
    await registry.alter(id, { refresh: { until, fence: 7, held: false } });
    const refused: { kind: string; retryAfterMs: number } = await acquireOn(0, id, 1).then(
      () => null as never,
      (err) => err,
    );
    expect(refused.kind).toBe('unavailable');
    expect(refused.retryAfterMs).toBeGreaterThan(1_000);
    expect(refused.retryAfterMs).toBeLessThanOrEqual(60_000);
    expect((await registry.stored(id))?.refresh).toMatchObject({ fence: 7 });
  });

  test('stores no tokens where they were wiped meanwhile', async () => {
    const { id, shopId } = await registry.connect('demo', newShop());
    await slowRefresh(shopId);
    const late = acquireOn(0, id, 1);
    await until(async () => (await registry.stored(id))?.refresh.fence === 1);
    await registry.alter(id, { credential: null, status: 'error', statusReason: 'auth_revoked' });
    expect(await late).toMatchObject({ state: 'needs_authorization' });
    expect((await registry.stored(id))?.credential).toBeNull();
  });

  test('overwrites nothing when it comes back late', async () => {
    const { id, shopId } = await registry.connect('demo', newShop());
    await slowRefresh(shopId);
    const late = acquireOn(0, id, 1);
    await until(async () => (await registry.stored(id))?.refresh.fence === 1);
    await registry.alter(id, { refresh: { until: new Date(0), fence: 2 }, credentialVersion: 5 });
    const before = (await registry.stored(id))?.credential;
    expect(await late).toMatchObject({ state: 'ok', version: 5 });
    expect((await registry.stored(id))?.credential).toEqual(before);
  });

  test('a refused refresh token is not the end when a newer credential was stored meanwhile', async () => {
    const { id, shopId } = await registry.connect('demo', newShop());
    await slowRefresh(shopId);
    // A health check would ask with the newer credential, which the platform does not know.
    await registry.alter(id, { nextProbeAt: null });
    await registry.advance(181);
    const late = acquireOn(0, id);
    await until(async () => (await registry.stored(id))?.refresh.fence === 1);
    await registry.alter(id, {
      credentialVersion: 2,
      'credential.expiresAt': new Date(registry.now().getTime() + 86_400_000),
    });
    expect(await late).toMatchObject({ state: 'ok', version: 2 });
    expect((await registry.get('demo', id)).status).toBe('running');
  });
});

describe('reports of platform calls', () => {
  const report = (connectorId: string, credentialVersion: number, outcome: string) =>
    registry.credentials.reportCalls(
      { connectorId, calls: [{ at: new Date(), credentialVersion, outcome, message: '', durationMs: 5 }] },
      registry.as('demo'),
    );

  test('a refusal of the current credential is an error at once, told once; one of an older credential changes nothing', async () => {
    const { id } = await registry.connect('demo', newShop());
    await acquireOn(0, id, 1);
    await report(id, 1, 'AUTH_REVOKED');
    expect((await registry.get('demo', id)).status).toBe('running');
    await Promise.all([report(id, 2, 'AUTH_REVOKED'), report(id, 2, 'AUTH_REVOKED'), report(id, 2, 'AUTH_REVOKED')]);
    expect(await registry.get('demo', id)).toMatchObject({ status: 'error', statusReason: 'auth_revoked' });
    await until(async () => (await registry.told('connector.changed', id)).some(({ status }) => status === 'error'));
    expect(await registry.told('connector.error', id)).toHaveLength(1);
  });

  test('are the health: what the platform says at once, one failure among many not yet; only the last twenty are kept', async () => {
    const { id } = await registry.connect('demo', newShop());
    expect((await probe(id, false)).status).toBe('unknown');
    for (let n = 0; n < 25; n += 1) await report(id, 1, 'ok');
    expect(await probe(id, false)).toMatchObject({
      status: 'healthy',
      authValid: true,
      apiReachable: true,
      rateLimitOk: true,
    });
    await report(id, 1, 'RETRYABLE');
    expect(await probe(id, false)).toMatchObject({ status: 'healthy', lastError: undefined });
    await report(id, 1, 'RATE_LIMITED');
    expect(await probe(id, false)).toMatchObject({
      status: 'degraded',
      rateLimitOk: false,
      lastError: expect.stringContaining('限流'),
    });
    expect((await registry.stored(id))?.calls).toHaveLength(20);
  });
});

describe('health now', () => {
  test('is unknown while pending, healthy when the platform answers, and is kept', async () => {
    const { connector } = await registry.create('demo', newShop());
    expect(await probe(connector.id)).toMatchObject({ status: 'unknown', checkedAt: undefined });
    const { id } = await registry.connect('demo', newShop());
    const health = await probe(id);
    expect(health).toMatchObject({
      status: 'healthy',
      authValid: true,
      apiReachable: true,
      rateLimitOk: true,
      lastError: undefined,
    });
    expect(health.authExpiresAt).toBeInstanceOf(Date);
    expect(await probe(id, false)).toEqual(health);
  });

  test('is unhealthy while the platform is away and degraded at its call limit', async () => {
    const { id, shopId } = await registry.connect('demo', newShop());
    const match = `app_key=${appKeyOf(shopId)}`;
    await registry.control.addFault({ platform: 'tmall', kind: 'status', value: 502, match });
    const away = {
      status: 'unhealthy',
      apiReachable: false,
      authValid: true,
      lastError: expect.stringMatching(/^平台暂时不可用.*（HTTP_502）$/),
    };
    expect(await probe(id)).toMatchObject(away);
    expect(await probe(id, false)).toMatchObject(away);
    await registry.control.addFault({ platform: 'tmall', kind: 'rate_limited', value: 1, match });
    const limited = { status: 'degraded', rateLimitOk: false, apiReachable: true };
    expect(await probe(id)).toMatchObject(limited);
    expect(await probe(id, false)).toMatchObject(limited);
    expect(await probe(id)).toMatchObject({ status: 'healthy' });
    expect(await probe(id, false)).toMatchObject({ status: 'healthy', rateLimitOk: true, lastError: undefined });
  });

  test('a token that ended early is refreshed; a grant that ended is unhealthy and an error', async () => {
    const { id } = await registry.connect('demo', newShop());
    const { accessToken } = await acquireOn(0, id);
    await registry.control.addFault({ platform: 'tmall', kind: 'token_expired', match: accessToken });
    expect(await probe(id)).toMatchObject({ status: 'healthy' });
    await endGrant((await acquireOn(0, id)).accessToken);
    const asked = registry.now();
    const health = await probe(id);
    expect(health).toMatchObject({
      status: 'unhealthy',
      authValid: false,
      lastError: expect.stringContaining('授权'),
    });
    expect(health.checkedAt!.getTime()).toBeGreaterThanOrEqual(asked.getTime());
    expect(await probe(id, false)).toEqual(health);
    expect((await registry.get('demo', id)).status).toBe('error');
  });
});
