import { expect, test } from '@jest/globals';
import { http } from '../../src/e2e/http.ts';
import { connect, connectorOf, openShop } from '../../src/e2e/shops.ts';
import { sync } from '../../src/e2e/syncs.ts';
import { logIn } from '../../src/e2e/users.ts';
import { addEndpoint } from '../../src/e2e/webhooks.ts';
import type { World } from '../../src/e2e/world.ts';
import { chinese } from './expected.ts';

interface Ids {
  connector: string;
  task: string;
  webhook: string;
  delivery: string;
  recovery: string;
}

/** Every commerce route that names something by its id, with a body it would take. */
const routes = ({ connector, task, webhook, delivery, recovery }: Ids): [string, string, unknown?][] => [
  ['GET', `/${connector}`],
  ['PUT', `/${connector}`, { name: '改名' }],
  ['DELETE', `/${connector}`],
  ['GET', `/${connector}/health`],
  ['GET', `/${connector}/health?refresh=true`],
  ['POST', `/${connector}/pause`],
  ['POST', `/${connector}/resume`],
  ['POST', `/${connector}/authorize`],
  ['POST', `/${connector}/sync/products`],
  ['POST', `/${connector}/sync/orders/1`],
  ['GET', `/${connector}/sync/tasks`],
  ['GET', `/${connector}/sync/tasks/${task}`],
  ['GET', `/${connector}/sync/tasks/${task}/errors`],
  ['GET', `/${connector}/sync/tasks/${task}/events`],
  ['POST', `/${connector}/sync/tasks/${task}/cancel`],
  ['POST', `/${connector}/sync/tasks/${task}/errors/retry`],
  ['POST', `/${connector}/sync/tasks/${task}/approve`],
  ['POST', `/${connector}/sync/tasks/${task}/discard`],
  ['GET', `/${connector}/products`],
  ['GET', `/${connector}/orders`],
  ['GET', `/${connector}/inventory`],
  ['GET', `/${connector}/reviews`],
  ['GET', `/${connector}/livestream`],
  ['POST', `/${connector}/webhooks`, { url: 'https://partner.example.com/hook', events: ['sync.failed'] }],
  ['GET', `/${connector}/webhooks`],
  ['GET', `/${connector}/webhooks/${webhook}`],
  ['GET', `/${connector}/webhooks/${webhook}/deliveries`],
  ['GET', `/${connector}/webhooks/${webhook}/deliveries/${delivery}`],
  ['POST', `/${connector}/webhooks/${webhook}/deliveries/${delivery}/resend`],
  ['PATCH', `/${connector}/webhooks/${webhook}`, { status: 'paused' }],
  ['POST', `/${connector}/webhooks/${webhook}/pause`],
  ['POST', `/${connector}/webhooks/${webhook}/resume`],
  ['POST', `/${connector}/webhooks/${webhook}/rotate-secret`],
  ['POST', `/${connector}/webhooks/${webhook}/verify`],
  ['POST', `/${connector}/webhooks/${webhook}/test`],
  ['POST', `/${connector}/webhooks/${webhook}/recover`, { since: '2026-01-01T00:00:00Z' }],
  ['GET', `/${connector}/webhooks/${webhook}/recover/${recovery}`],
  ['POST', `/${connector}/webhooks/${webhook}/recover/${recovery}/cancel`],
  ['DELETE', `/${connector}/webhooks/${webhook}`],
];

const commerce = (path: string) => `/api/v1/connectors${path}`;
const send = (json: unknown) => (json === undefined ? {} : { json });

/** Who may see and do what. */
export function permissions(world: () => World): void {
  let ids: Ids;

  /** A connector that has everything an id may name. */
  async function furnished(): Promise<Ids> {
    const { admin, webhooks } = world();
    const { id: connector } = await connect(world());
    const { id: webhook } = await addEndpoint(admin, connector, `${webhooks.url}/${connector}`, ['sync.completed']);
    const { task_id: task } = await sync(admin, connector);
    for (;;) {
      const { items } = (await admin.get(`/${connector}/webhooks/${webhook}/deliveries`)).body.data;
      if (items.length === 0) continue;
      const json = { since: '2026-01-01T00:00:00Z', dry_run: true };
      const { task_id: recovery } = (await admin.post(`/${connector}/webhooks/${webhook}/recover`, json)).body.data;
      return { connector, task, webhook, delivery: items[0].id, recovery };
    }
  }

  test('to another tenant nothing of ours exists, and nothing of it changes', async () => {
    const { admin, other } = world();
    ids = await furnished();
    const look = async () => (await admin.get(`/${ids.connector}`)).body.data;
    const before = await look();
    for (const [method, path, json] of routes(ids)) {
      const { status, body } = await other.send(method, commerce(path), send(json));
      expect([method, path, status, body]).toEqual([method, path, 404, { code: 404, message: chinese, data: null }]);
    }
    expect(await look()).toEqual(before);
    const listed = (await other.get('?page_size=100')).body.data.items.map(({ id }: { id: string }) => id);
    expect(listed).not.toContain(ids.connector);
  });

  test('ids of one’s own connector do not open those of another', async () => {
    const { other } = world();
    const { id } = await connect(world(), {}, other);
    for (const [method, path, json] of routes({ ...ids, connector: id }).filter(([, path]) =>
      /tasks\/.|webhooks\/./.test(path),
    )) {
      const { status } = await other.send(method, commerce(path), send(json));
      expect([method, path, status]).toEqual([method, path, 404]);
    }
  });

  test('a viewer reads everything and changes nothing', async () => {
    const { admin, viewer } = world();
    for (const [method, path, json] of [...routes(ids), ['POST', '', connectorOf(await openShop(world()))] as const]) {
      const { status, body } = await viewer.send(method, commerce(path), send(json));
      if (method === 'GET') expect([path, status]).toEqual([path, 200]);
      else
        expect([method, path, status, body]).toEqual([
          method,
          path,
          403,
          { code: 403, message: '没有权限访问该资源', data: null },
        ]);
    }
    const made = await viewer.send('POST', '/api/shops', { json: { name: '店', domain: 'viewer.example.com' } });
    expect([made.status, made.body]).toEqual([
      403,
      { success: false, message: '没有权限访问该资源', error: 'forbidden' },
    ]);
    expect((await admin.get(`/${ids.connector}/webhooks`)).body.data.total).toBe(1);
  });

  test('the token decides which of two documents a path belongs to, and is good for no other family', async () => {
    const { stack } = world();
    const channels = await logIn(stack.gateway, 'admin@example.com', 'channels');
    const taken = await channels.get('');
    expect([taken.status, taken.body]).toEqual([404, { code: 404, message: '资源不存在', result: null }]);
    expect((await channels.send('GET', '/api/shops')).status).toBe(403);
    const grant = { grant_type: 'client_credentials', client_id: 'demo-client', client_secret: 'demo-client-secret' };
    const { access_token: token } = (await http(stack.gateway)('POST', '/auth/token', { json: grant })).body;
    expect((await http(stack.gateway)('GET', commerce(''), { token })).status).toBe(200);
    expect((await http(stack.gateway)('GET', '/api/shops', { token })).status).toBe(403);
    expect((await http(stack.gateway)('GET', '/api/v1/channels/connectors', { token })).status).toBe(403);
  });
}
