import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { BAD_CERTIFICATE } from './bad-certificate.ts';
import { TRICKS, type TrickName } from './tricks.ts';

export type HostileKind = TrickName | 'bad certificate';

/** Every kind there is. */
export const HOSTILE_KINDS = [...Object.keys(TRICKS), 'bad certificate'] as readonly HostileKind[];

export interface HostileReceiver extends AsyncDisposable {
  kind: HostileKind;
  url: string;
  /** Connections that came so far. */
  connections(): number;
  /** Those that asked for something. */
  hits(): number;
  /** Those not closed yet. */
  open(): number;
}

/** A receiver of this kind on a port of its own; it asks nobody's patience but the caller's. */
export async function hostileReceiver(kind: HostileKind): Promise<HostileReceiver> {
  const sockets = new Set<Socket>();
  let connections = 0;
  let hits = 0;

  function serve(socket: Socket): void {
    socket.on('error', () => undefined);
    socket.once('data', () => {
      hits += 1;
      socket.resume();
      if (kind !== 'bad certificate') TRICKS[kind](socket, addressOf(server));
    });
  }

  const isTls = kind === 'bad certificate';
  const server: Server = isTls ? createTlsServer(BAD_CERTIFICATE, serve) : createServer(serve);
  server.on('connection', (socket: Socket) => {
    connections += 1;
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');

  return {
    kind,
    url: `${isTls ? 'https' : 'http'}://${addressOf(server)}/hook`,
    connections: () => connections,
    hits: () => hits,
    open: () => sockets.size,
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

const addressOf = (server: Server): string => `127.0.0.1:${(server.address() as AddressInfo).port}`;
