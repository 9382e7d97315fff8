import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Times by `performance.now()`, in the order they came, by webhook id. */
type Arrivals = Map<string, number[]>;

/** A partner that takes whatever comes, and counts. */
export async function webhookSink() {
  let arrivals: Arrivals = new Map();
  let count = 0;
  let connections = 0;
  let requests = 0;
  const waiting = new Map<string, () => void>();
  let enough = { count: Infinity, reached: () => {} };

  const server = createServer((request, response) => {
    const at = performance.now();
    const id = String(request.headers['webhook-id']);
    const known = arrivals.get(id);
    if (known === undefined) arrivals.set(id, [at]);
    else known.push(at);
    count += 1;
    requests += 1;
    waiting.get(id)?.();
    request.resume().on('end', () => {
      response.end('ok');
      if (count >= enough.count) enough.reached();
    });
  });
  server.keepAliveTimeout = 60_000;
  server.on('connection', () => (connections += 1));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    /** Counts anew. */
    clear(): void {
      arrivals = new Map();
      count = 0;
      [connections, requests] = [0, 0];
    },
    /** Resolves when so many have come since it was cleared. */
    async all(wanted: number): Promise<void> {
      if (count >= wanted) return;
      await new Promise<void>((reached) => (enough = { count: wanted, reached }));
      enough = { count: Infinity, reached: () => {} };
    },
    /** When the first of this id came; waits for it. */
    async first(id: string): Promise<number> {
      if (!arrivals.has(id)) await new Promise<void>((came) => waiting.set(id, came));
      waiting.delete(id);
      return arrivals.get(id)![0]!;
    },
    times: (): number[] => [...arrivals.values()].flat(),
    /** Requests that came on a connection which had served one before, in percent. */
    reuse: (): number => (100 * (requests - connections)) / requests,
    async stop(): Promise<void> {
      server.close();
      server.closeAllConnections();
    },
  };
}

export type WebhookSink = Awaited<ReturnType<typeof webhookSink>>;
