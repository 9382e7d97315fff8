import { until } from '@crossdock/testing';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { newShop, type Registry, startRegistry } from './registry.ts';

let registry: Registry;

beforeAll(async () => {
  registry = await startRegistry({ quotas: 'demo:1000,listed:1000' });
});

afterAll(() => registry.stop());

type Edit = { name?: string; syncIntervalMinutes?: number; config?: Record<string, string>; ifRevision?: number };

async function update(tenant: string, id: string, edit: Edit) {
  const { connector } = await registry.connectors.updateConnector({ id, config: {}, ...edit }, registry.as(tenant));
  return connector!;
}

describe('reading', () => {
  test('lists the newest first, by status and platform, page by page, and nothing past the end', async () => {
    const shops = [newShop(), newShop(), newShop()];
    const ids: string[] = [];
    for (const shop of shops) ids.push((await registry.create('listed', shop)).connector.id);
    const list = (page: number, status = '') =>
      registry.connectors.listConnectors({ page, pageSize: 2, status, platform: 'tmall' }, registry.as('listed'));
    expect((await list(1)).items.map(({ id }) => id)).toEqual([ids[2], ids[1]]);
    expect(await list(2)).toMatchObject({ total: 3, items: [{ id: ids[0] }] });
    expect(await list(3)).toEqual({ total: 3, items: [] });
    expect(await list(1, 'running')).toEqual({ total: 0, items: [] });
    await expect(list(1, 'odd')).rejects.toMatchObject({
      kind: 'invalid',
      details: { status: [expect.stringContaining('pending')] },
    });
  });

  test("another tenant's connector is not there, whatever is asked of it", async () => {
    const { connector } = await registry.create('demo', newShop());
    const { id } = connector;
    const stranger = registry.as('stranger');
    const { connectors } = registry;
    const calls = [
      connectors.getConnector({ id, includeDeleted: true }, stranger),
      connectors.updateConnector({ id, name: 'x', config: {} }, stranger),
      connectors.deleteConnector({ id, ifRevision: undefined }, stranger),
      connectors.checkHealth({ id, refresh: true }, stranger),
      connectors.authorize({ id }, stranger),
    ];
    for (const call of calls) await expect(call).rejects.toMatchObject({ kind: 'not_found' });
    expect(await registry.acquire('stranger', { connectorId: id })).toMatchObject({
      state: 'deleted',
      accessToken: '',
    });
    expect((await registry.get('demo', id)).version).toBe(1);
  });
});

describe('updating', () => {
  test('changes only what is given, counts the revision and tells of it', async () => {
    const { connector } = await registry.create('demo', newShop());
    const after = await update('demo', connector.id, { syncIntervalMinutes: 5 });
    expect(after).toMatchObject({
      name: connector.name,
      syncIntervalMinutes: 5,
      version: 2,
      revision: 2,
      status: 'pending',
    });
    const told = await until(async () => (await registry.told('connector.changed', connector.id))[1]);
    expect(told).toMatchObject({ version: 2, sync_interval_minutes: 5 });
  });

  test('writes nothing when nothing changes: an edit sent back as it was shown', async () => {
    const { connector } = await registry.create('demo', newShop());
    const after = await update('demo', connector.id, {
      name: connector.name,
      config: { ...connector.config, app_secret: '***' },
    });
    expect(after).toMatchObject({ version: 1, revision: 1 });
  });

  test('refuses an edit of a revision that has passed', async () => {
    const { connector } = await registry.create('demo', newShop());
    await update('demo', connector.id, { name: '甲', ifRevision: 1 });
    await expect(update('demo', connector.id, { name: '乙', ifRevision: 1 })).rejects.toMatchObject({ kind: 'stale' });
    expect((await registry.get('demo', connector.id)).name).toBe('甲');
  });

  test('of fifty edits of one revision at once one wins', async () => {
    const { connector } = await registry.create('demo', newShop());
    const edits = Array.from({ length: 50 }, (_, n) =>
      update('demo', connector.id, { name: `名 ${n}`, ifRevision: 1 }),
    );
    const won = (await Promise.allSettled(edits)).filter(({ status }) => status === 'fulfilled');
    expect(won).toHaveLength(1);
    expect(await registry.get('demo', connector.id)).toMatchObject({ version: 2, revision: 2 });
  });

  test('a changed app secret takes the authorisation away and asks for a new one', async () => {
    const { id } = await registry.connect('demo', newShop());
    const after = await update('demo', id, { config: { app_secret: 'another-secret' } });
    expect(after).toMatchObject({ status: 'pending', statusReason: 'reauthorization_required', nextSyncAt: undefined });
    expect(await registry.acquire('demo', { connectorId: id })).toMatchObject({ state: 'needs_authorization' });
  });

  test('refuses another shop, a foreign mask and unknown fields', async () => {
    const { connector } = await registry.create('demo', newShop());
    const edit = update('demo', connector.id, { config: { shop_id: newShop(), app_key: 'other***-key', more: 'x' } });
    await expect(edit).rejects.toMatchObject({
      kind: 'invalid',
      details: {
        'config.shop_id': [expect.stringContaining('店铺')],
        'config.app_key': [expect.stringContaining('掩码')],
        'config.more': [expect.any(String)],
      },
    });
  });

  test('a masked secret is not kept beside a new app key', async () => {
    const { connector } = await registry.create('demo', newShop());
    const edit = update('demo', connector.id, { config: { app_key: 'sandbox-other-key', app_secret: '***' } });
    await expect(edit).rejects.toMatchObject({ details: { 'config.app_secret': [expect.any(String)] } });
  });
});

describe('deleting', () => {
  test('wipes tokens and secrets, tells of it, and keeps history readable', async () => {
    const { id } = await registry.connect('demo', newShop());
    await registry.connectors.deleteConnector({ id, ifRevision: undefined }, registry.as('demo'));
    const stored = await registry.stored(id);
    expect(stored).toMatchObject({ credential: null });
    expect(stored?.config).not.toHaveProperty('app_secret');
    await expect(
      registry.connectors.getConnector({ id, includeDeleted: false }, registry.as('demo')),
    ).rejects.toMatchObject({ kind: 'not_found' });
    expect((await registry.get('demo', id)).deletedAt).toBeInstanceOf(Date);
    expect(await registry.acquire('demo', { connectorId: id })).toMatchObject({ state: 'deleted' });
    const changes = await until(async () => {
      const told = await registry.told('connector.changed', id);
      return told.some(({ deleted }) => deleted) ? told : null;
    });
    expect(changes.map(({ version }) => version)).toEqual([1, 2, 3]);
    const audited = await registry.told('audit.recorded', id);
    expect(audited.map(({ action }) => action)).toEqual([
      'connector.create',
      'connector.authorize',
      'connector.delete',
    ]);
    const again = registry.connectors.deleteConnector({ id, ifRevision: undefined }, registry.as('demo'));
    await expect(again).rejects.toMatchObject({ kind: 'not_found' });
  });
});
