import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { StartError } from './start-error.ts';

const HOST = '127.0.0.1';

/** The port asked for (0: any), or null when something listens there. */
async function tryListen(port: number): Promise<number | null> {
  const server = createServer();
  server.listen(port, HOST);
  try {
    await once(server, 'listening');
  } catch (err) {
    if ((err as NodeJS.ErrnoException).code === 'EADDRINUSE') return null;
    throw err;
  }
  const taken = (server.address() as AddressInfo).port;
  server.close();
  await once(server, 'close');
  return taken;
}

export const isFree = async (port: number): Promise<boolean> => (await tryListen(port)) !== null;

const given = new Set<number>();

/** A port nobody listens on, never the same one twice in a process. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = await tryListen(0);
    if (port === null || given.has(port)) continue;
    given.add(port);
    return port;
  }
}

/** The preferred port when it is free, else any. */
export const freePortNear = async (preferred: number): Promise<number> =>
  (await isFree(preferred)) ? preferred : freePort();

/** Throws one sentence with every port of the list that is taken and the variable that moves it. */
export async function demandFree(ports: { use: string; port: number; variable: string }[]): Promise<void> {
  const states = await Promise.all(ports.map(async (entry) => ({ ...entry, free: await isFree(entry.port) })));
  const taken = states.filter(({ free }) => !free);
  if (taken.length === 0) return;
  const list = taken.map(({ use, port, variable }) => `port ${port} (${use}; ${variable} moves it)`).join(', ');
  throw new StartError(`In use by another program: ${list}.`);
}
