import type { Part } from '@crossdock/kernel';
import type { FastifyInstance } from 'fastify';
import type { AddressInfo } from 'node:net';

/** Listens; while stopping it lets running requests end and tells kept connections to close. */
export function httpPart(app: FastifyInstance, host: string, port: number): Part & { address(): string } {
  let draining = false;
  app.addHook('onSend', async (_req, reply) => {
    if (draining) void reply.header('connection', 'close');
  });
  return {
    name: 'http',
    address: () => `http://${host}:${(app.server.address() as AddressInfo | null)?.port ?? port}`,
    async start() {
      await app.listen({ host, port });
    },
    async stop() {
      draining = true;
      await app.close();
    },
  };
}
