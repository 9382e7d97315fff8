import { systemClock, type Clock } from '@crossdock/kernel';
import Fastify, { type FastifyInstance } from 'fastify';
import { sandboxClock } from './clock.ts';
import { controlServer } from './control/server.ts';
import { faultList } from './edge/faults.ts';
import { requestLog } from './edge/requests.ts';
import { appStore } from './shops/apps.ts';
import { shopStore } from './shops/shops.ts';
import { tokenStore } from './shops/tokens.ts';
import { stateDir } from './state-dir.ts';
import { taobaoRoutes } from './taobao/routes.ts';

export interface SandboxOptions {
  /** 0 takes a free port. */
  port: number;
  controlPort: number;
  host?: string;
  /** Where shops, tokens and the clock are kept; without it nothing outlives the process. */
  dataDir?: string;
  clock?: Clock;
}

export interface Sandbox {
  /** The platforms; Taobao lies under `/taobao`. */
  url: string;
  controlUrl: string;
  stop(): Promise<void>;
}

/** Bodies stay the raw text they came as: signatures are checked over exactly what was sent. */
function platformServer(): FastifyInstance {
  const app = Fastify({ logger: false, forceCloseConnections: true, bodyLimit: 1024 * 1024 });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'string' }, (_request, text, done) => done(null, text));
  app.setNotFoundHandler((request, reply) =>
    reply.code(404).send({ error: `no platform route ${request.method} ${request.url}` }),
  );
  return app;
}

/** Starts the platforms and their control port. */
export async function startSandbox({
  port,
  controlPort,
  host = '127.0.0.1',
  dataDir,
  clock: base = systemClock,
}: SandboxOptions): Promise<Sandbox> {
  const dir = stateDir(dataDir);
  const clock = sandboxClock(base, dir.read<number>('clock') ?? 0);
  const [shops, apps, tokens, faults] = [shopStore(dir, clock.now()), appStore(dir), tokenStore(dir), faultList()];
  const requests = requestLog(() => base().getTime());

  function resetAll(): void {
    for (const part of [shops, apps, tokens, requests]) part.clear();
    faults.remove();
    clock.moveBy(-clock.offsetMs());
    dir.clear();
  }

  const world = { clock, shops, apps, tokens, faults, requests };
  const platforms = platformServer();
  taobaoRoutes(platforms, world);
  const control = controlServer({ ...world, keepClock: (offsetMs) => dir.write('clock', offsetMs), resetAll });

  async function stop(): Promise<void> {
    await Promise.all([platforms.close(), control.close()]);
  }
  try {
    const [url, controlUrl] = await Promise.all([
      platforms.listen({ port, host }),
      control.listen({ port: controlPort, host }),
    ]);
    return { url, controlUrl, stop };
  } catch (err) {
    await stop();
    throw err;
  }
}
