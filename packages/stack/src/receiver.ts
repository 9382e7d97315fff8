import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

const LOOPBACK = '127.0.0.1';

/** One request as it came in; `body` is the raw text. */
export interface Received {
  at: Date;
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
}

/** How a request is answered: 200 unless said otherwise; `hang` never answers, `reset` cuts the connection. */
export interface Answer {
  status?: number;
  headers?: Record<string, string>;
  body?: string;
  delayMs?: number;
  hang?: boolean;
  reset?: boolean;
}

export interface ReceiverOptions {
  /** A free one unless named. */
  port?: number;
  /** The name others reach it by, on whatever interface they come; unless named, only this machine does. */
  name?: string;
  onRequest?: (request: Received) => void;
}

export interface Receiver extends AsyncDisposable {
  /** `http://127.0.0.1:<port>`, or with its name. */
  url: string;
  /** `127.0.0.1:<port>`, as WEBHOOK_ALLOW wants it. */
  address: string;
  /** Everything that came in, oldest first. */
  requests: Received[];
  /** Scripts the next `times` requests, in the order given; afterwards the usual answer again. */
  next(answer: Answer, times?: number): void;
  /** The answer to whatever is not scripted. */
  always(answer: Answer): void;
  stop(): Promise<void>;
}

/** A webhook receiver that keeps what it is sent. `onRequest` sees each request before it is answered. */
export async function receiver({ port = 0, name, onRequest }: ReceiverOptions = {}): Promise<Receiver> {
  const requests: Received[] = [];
  const script: Answer[] = [];
  let usual: Answer = {};

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url = '', headers } = request;
    const at = new Date();
    const received = { at, method, path: url, headers, body: await text(request) };
    requests.push(received);
    onRequest?.(received);
    const answer = script.shift() ?? usual;
    if (answer.reset) return void request.socket.resetAndDestroy();
    if (answer.hang) return;
    setTimeout(() => response.writeHead(answer.status ?? 200, answer.headers).end(answer.body), answer.delayMs ?? 0);
  }

  // A caller that gives up in the middle is its own business.
  const server = createServer((request, response) => void handle(request, response).catch(() => response.destroy()));
  server.listen(port, name === undefined ? LOOPBACK : undefined);
  await once(server, 'listening');
  const address = `${name ?? LOOPBACK}:${(server.address() as AddressInfo).port}`;

  async function stop(): Promise<void> {
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  }

  return {
    url: `http://${address}`,
    address,
    requests,
    next(answer, times = 1) {
      for (let n = 0; n < times; n += 1) script.push(answer);
    },
    always(answer) {
      usual = answer;
    },
    stop,
    [Symbol.asyncDispose]: stop,
  };
}
