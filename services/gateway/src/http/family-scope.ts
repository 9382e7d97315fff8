import type { FastifyInstance } from 'fastify';
import type { Logger } from '@crossdock/kernel';
import type { Family } from './family.ts';
import { notFound, refuse } from './refusal.ts';

/** A scope under the family's prefix in which nothing is answered but in the family's envelope. */
export function familyScope(app: FastifyInstance, family: Family, log: Logger, routes: (scope: FastifyInstance) => void): void {
  app.register(
    async (scope) => {
      scope.setErrorHandler((err, req, reply) => refuse(family, err, req, reply, log));
      scope.setNotFoundHandler((req, reply) => refuse(family, notFound(), req, reply, log));
      routes(scope);
    },
    { prefix: family.prefix },
  );
}
