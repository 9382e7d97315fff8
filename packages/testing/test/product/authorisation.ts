import { expect, test } from '@jest/globals';
import { until } from '@crossdock/stack/until';
import { connect } from '../../src/e2e/shops.ts';
import { sync, SYNC_TYPES } from '../../src/e2e/syncs.ts';
import { addEndpoint } from '../../src/e2e/webhooks.ts';
import type { World } from '../../src/e2e/world.ts';
import { eventsOf } from './expected.ts';

/** What becomes of a connector whose consent ends. */
export function authorisation(world: () => World): void {
  test('a token that expires is renewed once, unseen, whatever number of tasks needs it', async () => {
    const { admin, platform, stack } = world();
    const { id, appKey } = await connect(world(), { products: 60, orders: 20, reviews: 5 });
    await platform.addFault({ platform: 'tmall', kind: 'token_expired', match: appKey });
    const tasks = await Promise.all(SYNC_TYPES.map((type) => sync(admin, id, 'full', type)));
    expect(tasks.map(({ status, progress }) => [status, progress.failed])).toEqual(
      SYNC_TYPES.map(() => ['completed', 0]),
    );
    const renewals = (await platform.requests({ platform: 'tmall', match: appKey })).filter(({ body }) =>
      body.includes('refresh_token='),
    );
    expect(renewals.map(({ outcome }) => outcome)).toEqual(['ok']);
    expect((await admin.get(`/${id}`)).body.data).toMatchObject({ status: 'running', status_reason: null });
    expect(await eventsOf(stack, 'connector.error', id)).toEqual([]);
  });

  test('a consent taken back fails what runs, is told once however many tasks meet it, and once more when it is given again', async () => {
    const { admin, platform, webhooks, stack } = world();
    const { id, shopId, appKey } = await connect(world(), { products: 60, orders: 20, reviews: 5 });
    await addEndpoint(admin, id, `${webhooks.url}/${id}`, ['connector.disconnected', 'connector.error']);
    await platform.addFault({ platform: 'tmall', kind: 'token_revoked', match: appKey });
    const failed = await Promise.all(SYNC_TYPES.map((type) => sync(admin, id, 'full', type)));
    expect(failed.map(({ status, reason }) => [status, reason])).toEqual(
      SYNC_TYPES.map(() => ['failed', 'needs_authorization']),
    );
    expect((await admin.get(`/${id}`)).body.data).toMatchObject({
      status: 'error',
      status_reason: 'auth_revoked',
      status_reason_detail: { who: 'merchant', action: 'authorize' },
    });
    expect((await admin.get(`/${id}/health?refresh=true`)).body.data).toMatchObject({
      status: 'unhealthy',
      checks: { auth_valid: false },
    });
    const refused = await admin.post(`/${id}/sync/orders`, {});
    expect([refused.status, refused.body]).toEqual([
      409,
      { code: 'CONNECTOR_003', message: '连接器授权已失效，请重新授权', data: null },
    ]);

    const { auth_url } = (await admin.post(`/${id}/authorize`)).body.data;
    await platform.authorize({ auth_url, shop_id: shopId });
    expect((await admin.get(`/${id}`)).body.data).toMatchObject({ status: 'connected', status_reason: null });
    const tasks = await Promise.all(SYNC_TYPES.map((type) => sync(admin, id, 'full', type)));
    expect(tasks.map(({ status }) => status)).toEqual(SYNC_TYPES.map(() => 'completed'));

    const told = async () => (await eventsOf(stack, 'connector.error', id)).map(({ data }) => [data.kind, data.reason]);
    await until(async () => (await told()).length >= 2, { what: 'the loss and the return' });
    expect(await told()).toEqual([
      ['disconnected', 'auth_revoked'],
      ['recovered', expect.any(String)],
    ]);
    const sent = () =>
      webhooks.requests.filter(({ path }) => path === `/${id}`).map(({ body }) => JSON.parse(body).type);
    await until(() => sent().length > 0, { what: 'the webhook' });
    expect(sent()).toEqual(['connector.disconnected']);
  });
}
