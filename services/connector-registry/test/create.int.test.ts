import { isAppError } from '@crossdock/kernel';
import { until } from '@crossdock/testing';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { appKeyOf, newConnector, newShop, type Registry, startRegistry } from './registry.ts';

let registry: Registry;

beforeAll(async () => {
  registry = await startRegistry({ instances: 2, quotas: 'small:2,lowered:4,demo:1000' });
});

afterAll(() => registry.stop());

/** How many of each answer came: `ok`, or the error's code. */
async function tally(calls: Promise<unknown>[]): Promise<Record<string, number>> {
  const answers = await Promise.allSettled(calls);
  const names = answers.map((answer) =>
    answer.status === 'fulfilled' ? 'ok' : isAppError(answer.reason) ? answer.reason.code : String(answer.reason),
  );
  return Object.fromEntries(names.map((name) => [name, names.filter((each) => each === name).length]));
}

const createOn = (index: number, tenant: string, shopId: string) =>
  registry.instances[index % 2]!.connectors.createConnector(newConnector(shopId), registry.as(tenant));

describe('creating a connector', () => {
  test('answers it pending, with the address where the merchant authorises, secrets absent and identifiers masked', async () => {
    const shop = newShop();
    const { connector, authUrl } = await registry.create('demo', shop);
    expect(connector).toMatchObject({
      name: '天猫旗舰店',
      platform: 'tmall',
      status: 'pending',
      statusReason: '',
      shopId: shop,
      config: { app_key: 'sandb***-key', shop_id: shop },
      syncIntervalMinutes: 15,
      version: 1,
      revision: 1,
      nextSyncAt: undefined,
      syncTypes: ['products', 'orders', 'inventory', 'reviews'],
    });
    const query = new URL(authUrl).searchParams;
    expect(query.get('client_id')).toBe(appKeyOf(shop));
    expect(query.get('redirect_uri')).toMatch(/\/oauth\/callback\/tmall$/);
    expect(Buffer.from(query.get('state') ?? '', 'base64url')).toHaveLength(32);
  });

  test('keeps the secret sealed and tells of the new connector and of who made it, once', async () => {
    const { connector } = await registry.create('demo', newShop());
    expect(JSON.stringify(await registry.stored(connector.id))).not.toContain('sandbox-secret');
    const told = await until(async () => (await registry.told('audit.recorded', connector.id))[0]);
    expect(told).toMatchObject({ actor: 'user:u1', action: 'connector.create', before: null });
    expect(JSON.stringify(told)).not.toContain('sandbox-secret');
    expect(await registry.told('connector.changed', connector.id)).toEqual([
      expect.objectContaining({ version: 1, status: 'pending', deleted: false, sync_interval_minutes: 15 }),
    ]);
  });

  test('names every field that is wrong and stores nothing', async () => {
    const wrong = newConnector('', {
      name: ' ',
      syncIntervalMinutes: 1,
      config: { app_key: '', shop_id: '1', extra: 'x' },
    });
    await expect(registry.connectors.createConnector(wrong, registry.as('wrong'))).rejects.toMatchObject({
      kind: 'invalid',
      details: {
        name: ['不能为空'],
        sync_interval_minutes: [expect.stringContaining('5 分钟')],
        'config.app_key': ['不能为空'],
        'config.app_secret': ['缺少必填项'],
        'config.extra': [expect.stringContaining('app_key、app_secret、shop_id')],
      },
    });
    const unknown = registry.create('wrong', '1', { platform: 'amazon' });
    await expect(unknown).rejects.toMatchObject({
      kind: 'invalid',
      details: { platform: [expect.stringContaining('tmall')] },
    });
    expect(
      (
        await registry.connectors.listConnectors(
          { page: 1, pageSize: 20, status: '', platform: '' },
          registry.as('wrong'),
        )
      ).total,
    ).toBe(0);
  });

  test('an interval of nothing is too short for the platform, not its default', async () => {
    await expect(registry.create('wrong', newShop(), { syncIntervalMinutes: 0 })).rejects.toMatchObject({
      details: { sync_interval_minutes: [expect.stringContaining('5 分钟')] },
    });
  });

  test('two creates for the last place of a quota make one connector', async () => {
    await registry.create('small', newShop());
    const answers = await tally([createOn(0, 'small', newShop()), createOn(1, 'small', newShop())]);
    expect(answers).toEqual({ ok: 1, QUOTA_003: 1 });
  });

  test('fifty creates at once under a quota of ten make exactly ten', async () => {
    const answers = await tally(Array.from({ length: 50 }, (_, index) => createOn(index, 'ten', newShop())));
    expect(answers).toEqual({ ok: 10, QUOTA_003: 40 });
  });

  test('the same shop at once makes one connector; another tenant may have it too', async () => {
    const shop = newShop();
    const answers = await tally(Array.from({ length: 20 }, (_, index) => createOn(index, 'demo', shop)));
    expect(answers).toEqual({ ok: 1, CONNECTOR_001: 19 });
    await expect(registry.create('other', shop)).resolves.toMatchObject({ connector: { status: 'pending' } });
  });

  test('a deleted connector gives its place and its shop free', async () => {
    const shop = newShop();
    const { connector } = await registry.create('again', shop);
    await registry.connectors.deleteConnector({ id: connector.id, ifRevision: undefined }, registry.as('again'));
    await expect(registry.create('again', shop)).resolves.toMatchObject({ connector: { status: 'pending' } });
  });

  test('under a quota lowered below what is there nothing new is made, what is there goes on, and each place freed is one', async () => {
    const as = registry.as('lowered');
    const ids: string[] = [];
    for (let n = 0; n < 4; n += 1) ids.push((await registry.connect('lowered', newShop())).id);
    // As under a quota of ten before; a fifth one is there too.
    for (const [n, id] of ids.entries()) await registry.alter(id, { slot: 7 + n });
    await registry.alter(ids[3]!, { tenant: 'aside' });
    ids.push((await registry.connect('lowered', newShop())).id);
    await registry.alter(ids[3]!, { tenant: 'lowered' });

    const five = () => Array.from({ length: 5 }, (_, index) => createOn(index, 'lowered', newShop()));
    const free = (id: string) => registry.connectors.deleteConnector({ id, ifRevision: undefined }, as);
    expect(await tally(five())).toEqual({ QUOTA_003: 5 });
    for (const id of ids) {
      expect(await registry.acquire('lowered', { connectorId: id })).toMatchObject({ state: 'ok' });
      await registry.connectors.updateConnector({ id, name: '改名', config: {} }, as);
    }
    await free(ids[0]!);
    expect(await tally(five())).toEqual({ QUOTA_003: 5 });
    for (const id of ids.slice(1, 4)) {
      await free(id);
      expect(await tally(five())).toEqual({ ok: 1, QUOTA_003: 4 });
    }
  });

  test('an idempotency key makes one connector, also at once and at a full quota; with another body it is refused', async () => {
    const keyed = newConnector(newShop(), { idempotencyKey: 'k1', bodyHash: 'h1' });
    const create = (index: number) =>
      registry.instances[index % 2]!.connectors.createConnector(keyed, registry.as('keyed'));
    const made = await Promise.all(Array.from({ length: 100 }, (_, index) => create(index)));
    expect(new Set(made.map(({ connector }) => connector?.id)).size).toBe(1);
    for (let n = 0; n < 9; n += 1) await registry.create('keyed', newShop());
    await expect(registry.create('keyed', newShop())).rejects.toMatchObject({ kind: 'quota' });
    expect((await create(0)).connector?.id).toBe(made[0]?.connector?.id);
    const otherBody = registry.create('keyed', newShop(), { idempotencyKey: 'k1', bodyHash: 'h2' });
    await expect(otherBody).rejects.toMatchObject({ kind: 'invalid', code: 'IDEMPOTENCY_KEY' });
  });
});

test('an idempotency key is forgotten after a day', async () => {
  const keyed = { idempotencyKey: 'k2', bodyHash: 'h' };
  const first = await registry.create('demo', newShop(), keyed);
  await registry.advance(2);
  const second = await registry.create('demo', newShop(), { ...keyed, bodyHash: 'another' });
  expect(second.connector.id).not.toBe(first.connector.id);
});

test('a call that names no tenant is refused', async () => {
  await expect(
    registry.connectors.listConnectors({ page: 1, pageSize: 1, status: '', platform: '' }, {}),
  ).rejects.toMatchObject({ kind: 'unauthenticated' });
});

test('tells the types it supports with their config fields', async () => {
  const { types } = await registry.connectors.listTypes({}, registry.as('demo'));
  expect(types).toContainEqual(
    expect.objectContaining({
      platform: 'tmall',
      displayName: '天猫',
      authType: 'oauth2',
      minSyncIntervalMinutes: 5,
      iconUrl: '/icons/tmall.svg',
    }),
  );
  for (const { platform, iconUrl } of types) expect(iconUrl).toBe(`/icons/${platform}.svg`);
  expect(types[0]?.configFields).toContainEqual({ name: 'app_secret', required: true, sensitive: true });
});
