import type { Part } from '@crossdock/kernel';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Registry } from 'prom-client';

export interface Readiness {
  ready: boolean;
  /** Part to reason, of those that are not ready. */
  waiting: Record<string, string>;
}

export interface OpsOptions {
  host: string;
  port: number;
  metrics: Registry;
  readiness: () => Promise<Readiness>;
}

/** `/livez`, `/readyz` and `/metrics`, apart from what the service offers. */
export function opsServer({ host, port, metrics, readiness }: OpsOptions): Part & { address(): string } {
  const routes: Record<string, (res: ServerResponse) => Promise<void>> = {
    '/livez': async (res) => send(res, 200, { status: 'ok' }),
    '/readyz': async (res) => {
      const state = await readiness();
      send(res, state.ready ? 200 : 503, { status: state.ready ? 'ok' : 'unavailable', waiting: state.waiting });
    },
    '/metrics': async (res) => {
      res.writeHead(200, { 'content-type': metrics.contentType }).end(await metrics.metrics());
    },
  };
  const server = createServer((req: IncomingMessage, res: ServerResponse) => {
    const route = routes[(req.url ?? '').split('?')[0] ?? ''];
    if (route === undefined) return send(res, 404, { status: 'unknown' });
    route(res).catch((err: unknown) => send(res, 500, { status: String(err) }));
  });
  return {
    name: 'ops port',
    start: () =>
      new Promise((resolve, reject) => {
        server.once('error', reject).listen(port, host, () => {
          server.off('error', reject);
          resolve();
        });
      }),
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
    address: () => `http://${host}:${(server.address() as AddressInfo | null)?.port ?? port}`,
  };
}

function send(res: ServerResponse, status: number, body: unknown): void {
  if (res.headersSent) return;
  res.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
