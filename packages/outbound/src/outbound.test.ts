import { createServer, type RequestListener } from 'node:http';
import { createServer as createTcpServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, expect, test } from '@jest/globals';
import { createOutbound, type Outbound, type OutboundOptions } from './outbound.ts';

const cleanups: (() => void)[] = [];
afterEach(() => {
  for (const cleanup of cleanups.splice(0)) cleanup();
});

async function listening(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

async function receiver(answer: RequestListener) {
  let connections = 0;
  let requests = 0;
  const server = createServer((req, res) => {
    requests += 1;
    answer(req, res);
  });
  server.on('connection', () => (connections += 1));
  const port = await listening(server);
  cleanups.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return { port, url: `http://127.0.0.1:${port}/hook`, seen: () => ({ connections, requests }) };
}

/** A server of bytes, for what no HTTP server would say. */
async function speaker(say: (socket: Socket) => void) {
  const sockets = new Set<Socket>();
  const server = createTcpServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    say(socket);
  });
  const port = await listening(server);
  cleanups.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { port, url: `http://127.0.0.1:${port}/` };
}

function outbound(options: Partial<OutboundOptions> = {}): Outbound {
  const made = createOutbound({ allow: '127.0.0.0/8', ...options });
  cleanups.push(() => made.close());
  return made;
}

const call = (client: Outbound, url: string) =>
  client.post({ url, headers: { 'content-type': 'application/json' }, body: Buffer.from('{"a":1}') });

test('a call carries the exact body and answers status, headers, text and the address', async () => {
  const chunks: Buffer[] = [];
  const { url } = await receiver((req, res) => {
    req.on('data', (chunk: Buffer) => chunks.push(chunk));
    req.on('end', () => res.writeHead(201, { 'retry-after': '7' }).end('谢谢'));
  });
  const answer = await call(outbound(), url);
  expect(answer).toMatchObject({
    status: 201,
    body: '谢谢',
    truncated: false,
    address: '127.0.0.1',
    headers: { 'retry-after': '7' },
  });
  expect(answer.timings.connect).not.toBeNull();
  expect(Buffer.concat(chunks).toString()).toBe('{"a":1}');
});

test('calls one after another share a connection, calls at once each have their own', async () => {
  const { url, seen } = await receiver((req, res) => req.resume().on('end', () => res.end('ok')));
  const client = outbound();
  for (let n = 0; n < 5; n += 1) await call(client, url);
  expect(seen()).toEqual({ connections: 1, requests: 5 });
  expect((await call(client, url)).timings.connect).toBeNull();
  await Promise.all([call(client, url), call(client, url), call(client, url)]);
  expect(seen()).toEqual({ connections: 3, requests: 9 });
});

test('a redirect is an answer and is not followed', async () => {
  const sentinel = await receiver((_req, res) => res.end('secret'));
  const { url } = await receiver((_req, res) => res.writeHead(302, { location: sentinel.url }).end());
  expect(await call(outbound(), url)).toMatchObject({ status: 302 });
  expect(sentinel.seen().requests).toBe(0);
});

test('a name that resolves to a private address is refused and never connected to', async () => {
  const sentinel = await receiver((_req, res) => res.end('secret'));
  const client = outbound({ allow: `inner.example:${sentinel.port + 1}`, resolve: async () => ['127.0.0.1'] });
  await expect(client.check('http://inner.example/')).rejects.toMatchObject({
    kind: 'invalid',
    details: { url: [expect.any(String)] },
  });
  await expect(call(client, `http://inner.example/`)).rejects.toMatchObject({
    blame: 'policy',
    code: 'ADDRESS_REFUSED',
  });
  expect(sentinel.seen().connections).toBe(0);
});

test('one private address among public ones is enough to refuse', async () => {
  const client = outbound({ allow: '', resolve: async () => ['8.8.8.8', '10.0.0.1'] });
  await expect(call(client, 'http://mixed.example/')).rejects.toMatchObject({ blame: 'policy' });
});

test('a name that turns private between check and call is refused at the call', async () => {
  const answers = [['8.8.8.8'], ['127.0.0.1']];
  const client = outbound({ allow: '', resolve: async () => answers.shift() ?? ['127.0.0.1'] });
  await expect(client.check('http://rebind.example/')).resolves.toBeInstanceOf(URL);
  await expect(call(client, 'http://rebind.example/')).rejects.toMatchObject({
    blame: 'policy',
    code: 'ADDRESS_REFUSED',
  });
});

test('an allowed network lets a name through that resolves into it, host header and all', async () => {
  let host: string | undefined;
  const { port } = await receiver((req, res) => {
    host = req.headers.host;
    res.end();
  });
  const client = outbound({ allow: `hooks.example:${port}`, resolve: async () => ['127.0.0.1'] });
  await expect(call(client, `http://hooks.example:${port}/`)).resolves.toMatchObject({
    status: 200,
    address: '127.0.0.1',
  });
  expect(host).toBe(`hooks.example:${port}`);
});

test('a name that does not resolve passes the check and fails the call by dns', async () => {
  const client = outbound({
    resolve: () => Promise.reject(Object.assign(new Error('queryA ENOTFOUND'), { code: 'ENOTFOUND' })),
  });
  await expect(client.check('https://not-yet.example/')).resolves.toBeInstanceOf(URL);
  await expect(call(client, 'https://not-yet.example/')).rejects.toMatchObject({
    blame: 'dns',
    code: 'ENOTFOUND',
    address: '',
  });
});

test('a receiver that hangs ends at the deadline by its own fault, and so does one that drips', async () => {
  const silent = await speaker(() => undefined);
  const drip = await speaker((socket) => {
    socket.write('HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n');
    const timer = setInterval(() => socket.write('x'), 20);
    socket.on('close', () => clearInterval(timer));
  });
  const client = outbound({ totalTimeoutMs: 200 });
  await expect(call(client, silent.url)).rejects.toMatchObject({ blame: 'receiver', code: 'TIMEOUT', timedOut: true });
  await expect(call(client, drip.url)).rejects.toMatchObject({ blame: 'receiver', timedOut: true });
});

test('an endless body is cut at the cap and its connection closed', async () => {
  let closed = false;
  const { url } = await speaker((socket) => {
    socket.on('close', () => (closed = true));
    socket.write('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n');
    const more = () => {
      while (!socket.destroyed && socket.write(`4000\r\n${'x'.repeat(0x4000)}\r\n`));
    };
    socket.on('drain', more);
    more();
  });
  const answer = await call(outbound(), url);
  expect(answer).toMatchObject({ status: 200, truncated: true });
  expect(answer.body).toHaveLength(16_384);
  while (!closed) await new Promise((resolve) => setImmediate(resolve));
});

test('a compressed answer is not decompressed', async () => {
  const bomb = gzipSync(Buffer.alloc(10_000_000));
  const { url } = await receiver((_req, res) => res.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb));
  const answer = await call(outbound(), url);
  expect(answer.status).toBe(200);
  expect(Buffer.byteLength(answer.body)).toBeLessThan(50_000);
});

test.each([
  ['a reset', (socket: Socket) => socket.once('data', () => socket.resetAndDestroy())],
  ['no HTTP', (socket: Socket) => socket.once('data', () => socket.end('SSH-2.0-OpenSSH\r\n\r\n'))],
  [
    'endless headers',
    (socket: Socket) => socket.once('data', () => socket.write(`HTTP/1.1 200 OK\r\nx: ${'y'.repeat(40_000)}\r\n\r\n`)),
  ],
  [
    'a body shorter than announced',
    (socket: Socket) => socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nabc')),
  ],
])('%s is the receiver’s fault', async (_name, say) => {
  const { url } = await speaker(say);
  await expect(call(outbound({ totalTimeoutMs: 2_000 }), url)).rejects.toMatchObject({ blame: 'receiver' });
});

test('a refused connection is the network’s fault, plain text where TLS was expected is TLS’s', async () => {
  const { port } = await speaker((socket) => socket.once('data', () => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')));
  const client = outbound();
  await expect(call(client, `https://127.0.0.1:${port}/`)).rejects.toMatchObject({ blame: 'tls', address: '' });
  const closed = createTcpServer();
  const free = await listening(closed);
  await new Promise((resolve) => closed.close(resolve));
  await expect(call(client, `http://127.0.0.1:${free}/`)).rejects.toMatchObject({
    blame: 'network',
    code: 'ECONNREFUSED',
  });
});

test('calls that hang take nobody’s place at the same receiver', async () => {
  const { port } = await receiver((req, res) => {
    if (req.url === '/ok') res.end('ok');
  });
  const client = outbound();
  const hanging = Array.from({ length: 100 }, () => call(client, `http://127.0.0.1:${port}/hang`));
  await expect(call(client, `http://127.0.0.1:${port}/ok`)).resolves.toMatchObject({ body: 'ok' });
  client.close();
  const ended = await Promise.allSettled(hanging);
  expect(ended.every(({ status }) => status === 'rejected')).toBe(true);
});

test('closing ends the calls under way, by our own fault', async () => {
  const client = outbound();
  const { url } = await speaker((socket) => socket.once('data', () => client.close()));
  await expect(call(client, url)).rejects.toMatchObject({ blame: 'ours' });
});
