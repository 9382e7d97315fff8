import type { FastifyInstance } from 'fastify';
import { authenticate } from '../authentication.ts';
import { strictBodies } from '../body.ts';
import { familyScope } from '../family-scope.ts';
import { idempotentRoutes } from '../idempotent-routes.ts';
import type { ServerOptions } from '../server-options.ts';
import { shopsFamily } from './family.ts';
import { loginRoutes } from './login.ts';
import { shopRoutes } from './shops.ts';

/** The shops family: document 002. */
export function shopsRoutes(app: FastifyInstance, { peers, verifier, idempotency, limit, log }: ServerOptions): void {
  familyScope(app, { family: shopsFamily, log }, (scope) => {
    authenticate(scope, { audience: shopsFamily.audience, verifier, limit });
    strictBodies(scope);
    idempotentRoutes(scope, idempotency, log);
    loginRoutes(scope, peers.identity);
    shopRoutes(scope, peers.shops);
  });
}
