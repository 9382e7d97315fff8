import Client from 'undici/lib/dispatcher/client.js';
import { newDialing, type Dial, type Dialing } from './dial.ts';

const MAX_IDLE = 512;
const MAX_HEADER_BYTES = 16_384;
/** Without a word of the receiver, and at its wish. */
const IDLE_MS = 4_000;
const MAX_IDLE_MS = 60_000;

/** One socket to one origin, used by one call at a time. */
export interface Connection {
  origin: string;
  client: Client;
  dialing: Dialing;
}

/**
 * Idle connections kept for the next call of their origin: bounded in all, those of the longest unused origin go first.
 * Busy ones are not bounded here: who hangs costs a socket and takes nobody's place.
 */
export function createConnections(dial: Dial) {
  const idle = new Map<string, Connection[]>();
  const busy = new Set<Connection>();
  let idleCount = 0;

  function discard(connection: Connection): void {
    busy.delete(connection);
    connection.client.destroy().catch(() => undefined);
  }

  function forget(connection: Connection): void {
    const waiting = idle.get(connection.origin);
    const at = waiting?.indexOf(connection) ?? -1;
    if (waiting === undefined || at < 0) return;
    waiting.splice(at, 1);
    idleCount -= 1;
    if (waiting.length === 0) idle.delete(connection.origin);
    discard(connection);
  }

  function open(origin: string): Connection {
    const dialing = newDialing();
    const client = new Client(origin, {
      connect: (options, callback) => dial(dialing, options, callback),
      maxHeaderSize: MAX_HEADER_BYTES,
      keepAliveTimeout: IDLE_MS,
      keepAliveMaxTimeout: MAX_IDLE_MS,
      // The call has one deadline over everything.
      headersTimeout: 0,
      bodyTimeout: 0,
      allowH2: false,
    });
    const connection = { origin, client, dialing };
    client.on('disconnect', () => forget(connection));
    return connection;
  }

  return {
    take(origin: string): Connection {
      const waiting = idle.get(origin);
      const kept = waiting?.pop();
      if (kept !== undefined) idleCount -= 1;
      if (waiting?.length === 0) idle.delete(origin);
      const connection = kept ?? open(origin);
      busy.add(connection);
      return connection;
    },

    /** The call ended with a whole answer: the socket may serve another. */
    give(connection: Connection): void {
      busy.delete(connection);
      const waiting = idle.get(connection.origin) ?? [];
      waiting.push(connection);
      // Behind all others: the map's first origin is the one longest unused.
      idle.delete(connection.origin);
      idle.set(connection.origin, waiting);
      idleCount += 1;
      const [longestUnused] = idle.values();
      if (idleCount > MAX_IDLE && longestUnused?.[0] !== undefined) forget(longestUnused[0]);
    },

    discard,

    close(): void {
      for (const waiting of idle.values()) for (const connection of waiting) discard(connection);
      idle.clear();
      idleCount = 0;
      for (const connection of busy) discard(connection);
    },
  };
}
