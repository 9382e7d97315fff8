import { until } from '@crossdock/testing';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { newShop, type Registry, startRegistry } from './registry.ts';

let registry: Registry;

beforeAll(async () => {
  registry = await startRegistry({ instances: 2, quotas: 'demo:1000' });
});

afterAll(() => registry.stop());

type Verb = 'pause' | 'resume';

async function hand(verb: Verb, id: string, tenant = 'demo', index = 0) {
  const { connectors } = registry.instances[index % 2]!;
  const call = verb === 'pause' ? connectors.pauseConnector : connectors.resumeConnector;
  return (await call({ id }, registry.as(tenant))).connector!;
}

const actions = async (id: string) => (await registry.told('audit.recorded', id)).map(({ action }) => action);

test('a paused connector is connected with a reason, gives no credential to a task and has nothing due, until it is resumed', async () => {
  const { id } = await registry.connect('demo', newShop());
  await registry.acquire('demo', { connectorId: id });
  expect(await hand('pause', id)).toMatchObject({
    status: 'connected',
    statusReason: 'paused',
    statusReasonDetail: { message: '已手动暂停', messageEn: 'Paused by a user', who: 'merchant', action: 'resume' },
    nextSyncAt: undefined,
  });
  expect(await registry.acquire('demo', { connectorId: id })).toMatchObject({ state: 'paused', accessToken: '' });
  const health = await registry.connectors.checkHealth({ id, refresh: true }, registry.as('demo'));
  expect(health.status).toBe('healthy');

  const resumed = await hand('resume', id);
  expect(resumed).toMatchObject({ status: 'connected', statusReason: '', nextSyncAt: expect.any(Date) });
  expect(resumed.statusReasonDetail).toBeUndefined();
  expect(await registry.acquire('demo', { connectorId: id })).toMatchObject({ state: 'ok' });
  expect((await registry.get('demo', id)).status).toBe('running');
  await until(async () => (await actions(id)).length >= 6);
  expect(await actions(id)).toEqual([
    'connector.create',
    'connector.authorize',
    'connector.start',
    'connector.pause',
    'connector.resume',
    'connector.start',
  ]);
  expect(await registry.told('connector.error', id)).toEqual([]);
});

test('a hundred pauses at once are one, and so are a hundred resumes', async () => {
  const { id, version } = await registry.connect('demo', newShop());
  for (const [n, verb] of (['pause', 'resume'] as const).entries()) {
    const answers = await Promise.all(Array.from({ length: 100 }, (_, index) => hand(verb, id, 'demo', index)));
    expect(new Set(answers.map(({ statusReason }) => statusReason))).toEqual(
      new Set([verb === 'pause' ? 'paused' : '']),
    );
    expect((await registry.get('demo', id)).version).toBe(version + n + 1);
  }
  await until(async () => (await actions(id)).includes('connector.resume'));
  expect((await actions(id)).slice(2)).toEqual(['connector.pause', 'connector.resume']);
});

test('pauses and resumes against each other leave one event and one audit row for each version', async () => {
  const { id } = await registry.connect('demo', newShop());
  await Promise.all(
    Array.from({ length: 40 }, (_, index) => hand(index % 3 === 0 ? 'pause' : 'resume', id, 'demo', index)),
  );
  const { version, statusReason } = await registry.get('demo', id);
  const changes = await until(async () => {
    const told = await registry.told('connector.changed', id);
    return told.length === version ? told : null;
  });
  expect(changes.map((change) => change['version'])).toEqual(Array.from({ length: version }, (_, n) => n + 1));
  expect(changes.at(-1)?.['status_reason'] ?? '').toBe(statusReason);
  for (const [n, change] of changes.slice(2).entries())
    expect(change['status_reason']).toBe(n % 2 === 0 ? 'paused' : null);
  expect(await actions(id)).toHaveLength(version);
});

test('nothing can be paused before it is authorised; to resume what is not paused changes nothing', async () => {
  const { connector } = await registry.create('demo', newShop());
  await expect(hand('pause', connector.id)).rejects.toMatchObject({ kind: 'conflict' });
  expect(await hand('resume', connector.id)).toMatchObject({ status: 'pending', version: 1 });
  for (const verb of ['pause', 'resume'] as const)
    await expect(hand(verb, connector.id, 'stranger')).rejects.toMatchObject({ kind: 'not_found' });
});

test('a paused connector keeps its pause over a new authorisation, also under another app secret', async () => {
  const shop = newShop();
  const { id } = await registry.connect('demo', shop);
  await hand('pause', id);
  const authorize = async () => {
    const { authUrl } = await registry.connectors.authorize({ id }, registry.as('demo'));
    await registry.connectors.completeAuthorization({ platform: 'tmall', ...(await registry.approve(authUrl, shop)) });
    return registry.get('demo', id);
  };
  expect(await authorize()).toMatchObject({ status: 'connected', statusReason: 'paused' });
  for (const secret of ['another-secret', 'sandbox-secret']) {
    const config = { app_secret: secret };
    const { connector } = await registry.connectors.updateConnector({ id, config }, registry.as('demo'));
    expect(connector).toMatchObject({ status: 'pending', statusReason: 'reauthorization_required' });
  }
  expect(await authorize()).toMatchObject({ status: 'connected', statusReason: 'paused' });
});

test('a paused connector whose grant was revoked is paused again once it is authorised anew, unless it was resumed', async () => {
  const shop = newShop();
  const { id } = await registry.connect('demo', shop);
  const revoke = async () => {
    const { credentialVersion } = (await registry.stored(id))!;
    const call = { at: new Date(), credentialVersion, outcome: 'AUTH_REVOKED', code: '', message: '', durationMs: 5 };
    await registry.credentials.reportCalls({ connectorId: id, calls: [call] }, registry.as('demo'));
    expect(await registry.get('demo', id)).toMatchObject({ status: 'error', statusReason: 'auth_revoked' });
  };
  const authorize = async () => {
    const { authUrl } = await registry.connectors.authorize({ id }, registry.as('demo'));
    await registry.connectors.completeAuthorization({ platform: 'tmall', ...(await registry.approve(authUrl, shop)) });
    return registry.get('demo', id);
  };
  await hand('pause', id);
  await revoke();
  expect(await authorize()).toMatchObject({ status: 'connected', statusReason: 'paused', nextSyncAt: undefined });
  expect(await registry.acquire('demo', { connectorId: id })).toMatchObject({ state: 'paused' });

  await revoke();
  expect(await hand('resume', id)).toMatchObject({ status: 'error', statusReason: 'auth_revoked' });
  expect(await authorize()).toMatchObject({ status: 'connected', statusReason: '' });
  const errors = await until(async () => {
    const told = await registry.told('connector.error', id);
    return told.length >= 4 ? told : null;
  });
  expect(errors.map(({ kind }) => kind)).toEqual(['disconnected', 'recovered', 'disconnected', 'recovered']);
});

test('a task that asks while somebody pauses gets its credential or the pause, and the pause stands', async () => {
  const { id } = await registry.connect('demo', newShop());
  const asked = Array.from({ length: 20 }, () => registry.acquire('demo', { connectorId: id }));
  await hand('pause', id);
  for (const { state } of await Promise.all(asked)) expect(['ok', 'paused']).toContain(state);
  expect(await registry.get('demo', id)).toMatchObject({ status: 'connected', statusReason: 'paused' });
});
