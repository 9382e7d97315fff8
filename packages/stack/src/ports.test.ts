import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { expect, test } from '@jest/globals';
import { demandFree, freePort, freePortNear, isFree } from './ports.ts';

async function listening(): Promise<AsyncDisposable & { port: number }> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { port: (server.address() as AddressInfo).port, [Symbol.asyncDispose]: async () => void server.close() };
}

test('a taken port is named with its use and the variable that moves it', async () => {
  await using other = await listening();
  const free = { use: 'the sandbox', port: await freePort(), variable: 'SANDBOX_PORT' };
  const taken = { use: 'the APIs', port: other.port, variable: 'GATEWAY_PORT' };
  await expect(demandFree([free])).resolves.toBeUndefined();
  await expect(demandFree([free, taken])).rejects.toThrow(
    `In use by another program: port ${other.port} (the APIs; GATEWAY_PORT moves it).`,
  );
});

test('a preferred port is kept while it is free, else another one is found', async () => {
  await using other = await listening();
  const port = await freePort();
  expect(await freePortNear(port)).toBe(port);
  const instead = await freePortNear(other.port);
  expect(instead).not.toBe(other.port);
  expect(await isFree(instead)).toBe(true);
});

test('free ports asked for at once are all different', async () => {
  const ports = await Promise.all(Array.from({ length: 50 }, freePort));
  expect(new Set(ports).size).toBe(50);
});

test('free ports lie below those that outgoing connections take', async () => {
  for (let times = 0; times < 200; times++) expect(await freePort()).toBeLessThan(32_768);
});
