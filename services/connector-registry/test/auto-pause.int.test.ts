import { type DataOf, syncCompleted } from '@crossdock/contracts';
import { newId } from '@crossdock/kernel';
import { until } from '@crossdock/testing';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { newShop, type Registry, startRegistry } from './registry.ts';

let registry: Registry;

beforeAll(async () => {
  registry = await startRegistry({ quotas: 'demo:1000' });
});

afterAll(() => registry.stop());

/** A sync that ended just now, told twice. */
async function ended(connectorId: string, status: DataOf<typeof syncCompleted>['status'], times = 1): Promise<void> {
  const events = Array.from({ length: times }, (_, n) => {
    const at = new Date(registry.now().getTime() + n).toISOString();
    return syncCompleted.create({
      tenantId: 'demo',
      source: 'test',
      data: {
        task_id: newId(),
        connector_id: connectorId,
        platform: 'tmall',
        sync_type: 'products',
        mode: 'incremental',
        status,
        progress: { total: 1, synced: 0, failed: 1, skipped: 0 },
        totals: { products: 1, orders_30d: 2 },
        reason: null,
        started_at: at,
        completed_at: at,
        duration_seconds: 0,
      },
    });
  });
  await registry.bus.publish(events.flatMap((event) => [event, event]));
  const last = events.at(-1)?.data.task_id;
  await until(async () => (await registry.stored(connectorId))?.lastSync?.taskId === last);
}

const reasonOf = async (id: string) => (await registry.get('demo', id)).statusReason;

test('warns after five failures and half a day, pauses after ten and a whole one, told once each; a resume begins anew', async () => {
  const { id } = await registry.connect('demo', newShop());
  await ended(id, 'failed', 6);
  expect(await reasonOf(id)).toBe('');
  await registry.advance(0.5);
  await ended(id, 'failed');
  expect(await reasonOf(id)).toBe('failing');
  await ended(id, 'failed', 5);
  expect((await registry.stored(id))?.streak.failures).toBe(12);
  await ended(id, 'cancelled');
  await registry.advance(0.5);
  await ended(id, 'failed');
  expect(await registry.get('demo', id)).toMatchObject({
    status: 'connected',
    statusReason: 'auto_paused',
    nextSyncAt: undefined,
  });
  expect(await registry.acquire('demo', { connectorId: id })).toMatchObject({ state: 'paused' });
  await ended(id, 'failed');
  expect((await registry.stored(id))?.streak.failures).toBe(13);

  await registry.connectors.resumeConnector({ id }, registry.as('demo'));
  expect(await reasonOf(id)).toBe('');
  expect((await registry.stored(id))?.streak.failures).toBe(0);
  const errors = await until(async () => {
    const told = await registry.told('connector.error', id);
    return told.length >= 2 ? told : null;
  });
  expect(errors.map(({ kind, reason }) => [kind, reason])).toEqual([
    ['error', 'auto_paused'],
    ['recovered', 'auto_paused'],
  ]);
  const audited = (await registry.told('audit.recorded', id)).slice(2);
  expect(audited.map(({ action, actor }) => [action, actor])).toEqual([
    ['connector.advise', 'system:connector-registry'],
    ['connector.auto_pause', 'system:connector-registry'],
    ['connector.resume', 'user:u1'],
  ]);
});

test('another app secret is no recovery of what was paused by itself: that is told with the resume', async () => {
  const shop = newShop();
  const { id } = await registry.connect('demo', shop);
  await registry.advance(1);
  await ended(id, 'failed', 10);
  expect(await reasonOf(id)).toBe('auto_paused');
  for (const secret of ['another-secret', 'sandbox-secret'])
    await registry.connectors.updateConnector({ id, config: { app_secret: secret } }, registry.as('demo'));
  expect(await registry.get('demo', id)).toMatchObject({ status: 'pending', statusReason: 'reauthorization_required' });
  const { authUrl } = await registry.connectors.authorize({ id }, registry.as('demo'));
  await registry.connectors.completeAuthorization({ platform: 'tmall', ...(await registry.approve(authUrl, shop)) });
  expect(await reasonOf(id)).toBe('auto_paused');
  await registry.connectors.resumeConnector({ id }, registry.as('demo'));
  const { version } = await registry.get('demo', id);
  const recoveries = await until(async () => {
    const told = (await registry.told('connector.error', id)).filter(({ kind }) => kind === 'recovered');
    return told.length > 0 ? told : null;
  });
  expect(recoveries).toEqual([expect.objectContaining({ reason: 'auto_paused', version })]);
});

test('a success ends the warning and the count', async () => {
  const { id } = await registry.connect('demo', newShop());
  await registry.advance(0.5);
  await ended(id, 'failed', 5);
  expect(await reasonOf(id)).toBe('failing');
  await ended(id, 'completed');
  expect(await reasonOf(id)).toBe('');
  await registry.advance(1);
  await ended(id, 'failed', 4);
  expect(await reasonOf(id)).toBe('');
  expect((await registry.stored(id))?.streak.failures).toBe(4);
});

test('failures of a connector that waits for its authorisation are not counted', async () => {
  const { connector } = await registry.create('demo', newShop());
  await registry.advance(2);
  await ended(connector.id, 'failed', 12);
  expect(await registry.get('demo', connector.id)).toMatchObject({ status: 'pending', statusReason: '', version: 1 });
});
