import type { FastifyInstance } from 'fastify';
import { platformGate } from '../edge/gate.ts';
import type { World } from '../world.ts';
import { authorizePage, decide } from './authorize.ts';
import { liveToken } from './checks.ts';
import { limited } from './refusals.ts';
import { refused, route } from './router.ts';
import { exchange } from './token-endpoint.ts';

/** Taobao and Tmall under `/taobao`. */
export function taobaoRoutes(app: FastifyInstance, world: World): void {
  const gate = platformGate(
    {
      gateway: 'taobao',
      tokenOf: (call) => liveToken(call, world),
      rateLimited: (seconds) => refused(limited(seconds)),
    },
    world,
  );
  app.get(
    '/taobao/authorize',
    gate((call) => authorizePage(call, world)),
  );
  app.post(
    '/taobao/authorize',
    gate((call) => decide(call, world)),
  );
  app.post(
    '/taobao/token',
    gate((call) => exchange(call, world)),
  );
  app.all(
    '/taobao/router/rest',
    gate((call) => route(call, world)),
  );
}
