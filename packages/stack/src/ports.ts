import { once } from 'node:events';
import { createServer } from 'node:net';
import { StartError } from './start-error.ts';

const HOST = '127.0.0.1';

/** Whether nobody listens there. */
export async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  server.listen(port, HOST);
  try {
    await once(server, 'listening');
  } catch (err) {
    if ((err as NodeJS.ErrnoException).code === 'EADDRINUSE') return false;
    throw err;
  }
  server.close();
  await once(server, 'close');
  return true;
}

/** Below the range that outgoing connections take theirs from (32768 and up): a port found free there may be gone when it is wanted. */
const FIRST = 20_000;
const LAST = 32_000;
/** Processes that look at the same time begin at different places. */
const STRIDE = 120;

let next = FIRST + ((process.pid * STRIDE) % (LAST - FIRST));

/** A port nobody listens on, never the same one twice in a process before all have had their turn. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = next;
    next = port + 1 < LAST ? port + 1 : FIRST;
    if (await isFree(port)) return port;
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
