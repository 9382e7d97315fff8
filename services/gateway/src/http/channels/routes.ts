import type { FastifyInstance } from 'fastify';
import { authenticate } from '../authentication.ts';
import { strictBodies } from '../body.ts';
import { commerceFamily } from '../commerce/family.ts';
import type { Family } from '../family.ts';
import { notFound, refuse } from '../refusal.ts';
import { familyScope } from '../family-scope.ts';
import type { ServerOptions } from '../server-options.ts';

export const channelsFamily: Family = {
  name: 'channels',
  prefix: '/api/v1/channels',
  audience: 'channels',
  refusal: ({ message, details }, status) => ({ code: status, message, result: details ?? null }),
};

/** The channels family knows its callers; of its routes none is here yet. */
export function channelsRoutes(app: FastifyInstance, { verifier, limit, log }: ServerOptions): void {
  familyScope(app, channelsFamily, log, (scope) => {
    authenticate(scope, { audience: channelsFamily.audience, verifier, limit });
    strictBodies(scope);
    scope.setErrorHandler((err, req, reply) => refuse(isUnprovenClaim(err, req.originalUrl) ? commerceFamily : channelsFamily, err, req, reply, log));
    for (const url of ['/connectors', '/connectors/*']) {
      scope.all(url, { config: { permission: 'channels:read' } }, async () => {
        throw notFound();
      });
    }
  });
}

/** On the path both documents claim a token that only says it is for channels, and is not valid, is refused by commerce. */
const isUnprovenClaim = (err: unknown, originalUrl: string): boolean =>
  (err as { kind?: string } | null)?.kind === 'unauthenticated' && !originalUrl.startsWith(channelsFamily.prefix);
