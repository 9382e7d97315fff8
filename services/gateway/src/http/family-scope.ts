import type { Logger } from '@crossdock/kernel';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Family } from './family.ts';
import { notFound, refuse } from './refusal.ts';

export interface FamilyScopeOptions {
  family: Family;
  log: Logger;
  /** Whose envelope a refusal comes in; the family's own unless said. */
  envelopeOf?: (err: unknown, req: FastifyRequest) => Family;
}

/** A scope under the family's prefix in which nothing is refused but in a family's envelope. */
export function familyScope(
  app: FastifyInstance,
  { family, log, envelopeOf = () => family }: FamilyScopeOptions,
  routes: (scope: FastifyInstance) => void,
): void {
  app.register(
    async (scope) => {
      scope.setErrorHandler((err, req, reply) => refuse(envelopeOf(err, req), err, req, reply, log));
      scope.setNotFoundHandler((req, reply) => refuse(family, notFound(), req, reply, log));
      routes(scope);
    },
    { prefix: family.prefix },
  );
}
