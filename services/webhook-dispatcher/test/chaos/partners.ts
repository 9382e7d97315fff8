import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';

/** A call as a partner saw it. */
export interface Arrival {
  /** Of the endpoint: each has one of its own. */
  path: string;
  webhookId: string;
  body: string;
  /** Both signatures hold. */
  signed: boolean;
  /** It was answered with a 2xx. */
  accepted: boolean;
}

export interface Fault {
  status?: number;
  reset?: true;
  delayMs?: number;
  /** Not answered before. */
  until?: Promise<unknown>;
}

const PLAIN: Fault = {};
const FAULTS: Fault[] = [{ status: 500 }, { reset: true }, { delayMs: 800 }];

/** Five calls in a hundred fail or are answered late. */
export const someFaults = (): Fault => (Math.random() < 0.05 ? FAULTS[Math.floor(Math.random() * 3)]! : PLAIN);

export const secretOf = (path: string): string => `secret of the partner at ${path}`;

/** Partners behind one address, who remember what they are sent; `faultOf` says how the next call is answered. */
export async function partners(faultOf: (arrival: Arrival) => Fault) {
  const arrivals: Arrival[] = [];

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { url: path = '', headers } = request;
    const body = await text(request);
    const webhookId = String(headers['webhook-id']);
    const arrival = { path, webhookId, body, signed: isSigned(request, path, body), accepted: false };
    const { status = 200, reset, delayMs = 0, until } = faultOf(arrival);
    arrivals.push(arrival);
    if (delayMs > 0) await sleep(delayMs);
    await until;
    if (reset) return void request.socket.resetAndDestroy();
    arrival.accepted = status < 300;
    response.writeHead(status).end();
  }

  // A caller that died in the middle is no concern of theirs.
  const server = createServer((request, response) => void handle(request, response).catch(() => response.destroy()));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    arrivals,
    accepted: () => arrivals.reduce((count, { accepted }) => count + Number(accepted), 0),
    async stop(): Promise<void> {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

export type Partners = Awaited<ReturnType<typeof partners>>;

function isSigned({ headers }: IncomingMessage, path: string, body: string): boolean {
  const hmac = (content: string) => createHmac('sha256', secretOf(path)).update(content);
  const signed = `${String(headers['webhook-id'])}.${String(headers['webhook-timestamp'])}.${body}`;
  return (
    headers['x-nolux-signature'] === hmac(body).digest('hex') &&
    headers['webhook-signature'] === `v1,${hmac(signed).digest('base64')}`
  );
}
