import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';

/** Ports that webhooks may go to, so that nothing but its address keeps a caller from a sentinel. */
const PORTS = [8080, 8443, 80, 443];

/** Counts who comes to an address of this machine; at an inner one each is one too many. */
export interface Sentinel extends AsyncDisposable {
  address: string;
  port: number;
  hits(): number;
}

/** Sentinels at addresses of loopback (`127.66.0.1`, `127.77.0.1` …), all on one port: one for each. */
export async function sentinels(addresses: readonly string[]): Promise<Sentinel[]> {
  for (const port of PORTS) {
    const opened = await Promise.allSettled(addresses.map((address) => watch(address, port)));
    const watching = opened.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
    if (watching.length === addresses.length) return watching;
    await Promise.all(watching.map((each) => each[Symbol.asyncDispose]()));
  }
  throw new Error(`none of the ports ${PORTS.join(', ')} is free at ${addresses.join(', ')}`);
}

async function watch(address: string, port: number): Promise<Sentinel> {
  const sockets = new Set<Socket>();
  let hits = 0;
  const server = createServer((socket) => {
    hits += 1;
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.end('HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\nsecret');
  });
  server.listen(port, address);
  await once(server, 'listening');
  return {
    address,
    port,
    hits: () => hits,
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
