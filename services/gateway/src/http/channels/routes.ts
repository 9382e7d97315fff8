import { isAppError } from '@crossdock/kernel';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { authenticate } from '../authentication.ts';
import { strictBodies } from '../body.ts';
import { commerceFamily } from '../commerce/family.ts';
import type { Family } from '../family.ts';
import { notFound } from '../refusal.ts';
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
  familyScope(app, { family: channelsFamily, log, envelopeOf }, (scope) => {
    authenticate(scope, { audience: channelsFamily.audience, verifier, limit });
    strictBodies(scope);
    for (const url of ['/connectors', '/connectors/*']) {
      scope.all(url, { config: { permission: 'channels:read' }, schema: { hide: true } }, async () => {
        throw notFound();
      });
    }
  });
}

/** On the path both documents claim, a token that only says it is for channels and is not valid is refused as commerce refuses. */
const envelopeOf = (err: unknown, { originalUrl }: FastifyRequest): Family =>
  isAppError(err) && err.kind === 'unauthenticated' && !originalUrl.startsWith(channelsFamily.prefix)
    ? commerceFamily
    : channelsFamily;
