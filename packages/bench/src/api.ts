import type { SandboxControl } from '@crossdock/sandbox';
import { request } from 'undici';

export interface Task {
  task_id: string;
  status: string;
  reason: string | null;
  progress: { total: number | null; synced: number; failed: number; skipped: number };
}

const APP = { app_key: 'sandbox-bench', app_secret: 'sandbox-secret' };
/** Nothing is due while a bench runs. */
const INTERVAL_MINUTES = 43_200;

export type Api = Awaited<ReturnType<typeof logIn>>;

/** The public API as the demo tenant's admin uses it. */
export async function logIn(gateway: string, control: SandboxControl) {
  const body = { username: 'admin@example.com', password: 'crossdock-demo' };
  const { token } = await call<{ token: string }>('POST', '/api/auth/login', body);

  async function call<T>(method: 'GET' | 'POST', path: string, json?: object, bearer?: string): Promise<T> {
    const answer = await request(`${gateway}${path}`, {
      method,
      headers: {
        ...(json !== undefined && { 'content-type': 'application/json' }),
        ...(bearer !== undefined && { authorization: `Bearer ${bearer}` }),
      },
      body: json === undefined ? null : JSON.stringify(json),
    });
    const text = await answer.body.text();
    if (answer.statusCode >= 300) throw new Error(`${method} ${path} answered ${answer.statusCode}: ${text}`);
    return (JSON.parse(text) as { data: T }).data;
  }
  const get = <T>(path: string) => call<T>('GET', `/api/v1/connectors/${path}`, undefined, token);
  const post = <T>(path: string, json: object) => call<T>('POST', `/api/v1/connectors${path}`, json, token);

  return {
    token,

    /** Opens a shop on the platform and connects it by OAuth; answers the connector's id. */
    async connect(shopId: string, products: number): Promise<string> {
      await control.putShop('tmall', shopId, { products, seed: shopId, latency_ms: 0, rate_per_second: null });
      const config = { ...APP, shop_id: shopId };
      const connector = { name: `Bench ${shopId}`, platform: 'tmall', config, sync_interval_minutes: INTERVAL_MINUTES };
      const created = await post<{ id: string; auth_url: string }>('', connector);
      await control.authorize({ auth_url: created.auth_url, shop_id: shopId });
      const { status } = await get<{ status: string }>(created.id);
      if (status !== 'connected') throw new Error(`the connector of ${shopId} is ${status} after the callback`);
      return created.id;
    },

    async startSync(connectorId: string, syncType = 'products'): Promise<string> {
      return (await post<Task>(`/${connectorId}/sync/${syncType}`, { mode: 'full' })).task_id;
    },

    task: (connectorId: string, taskId: string) => get<Task>(`${connectorId}/sync/tasks/${taskId}`),

    /** The endpoint's secret. */
    async addWebhook(connectorId: string, url: string, events = ['sync.completed', 'sync.failed']): Promise<string> {
      return (await post<{ secret: string }>(`/${connectorId}/webhooks`, { url, events })).secret;
    },
  };
}
