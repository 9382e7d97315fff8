import { isAppError } from '@crossdock/kernel';
import type { FastifyInstance, FastifyReply } from 'fastify';
import Type from 'typebox';
import type { Scope } from '../scope.ts';
import type { ServerOptions } from '../server-options.ts';
import { malformedCallback, outcomeOf, unavailable } from './outcomes.ts';
import { type Outcome, page, PAGE_HEADERS } from './page.ts';

const query = Type.Object({
  state: Type.String({ minLength: 1, maxLength: 500 }),
  code: Type.String({ maxLength: 4_000, default: '' }),
  error: Type.String({ maxLength: 500, default: '' }),
});

const params = Type.Object({ platform: Type.String({ pattern: '^[a-z]{1,20}$' }) });

/** Where the platform sends the merchant back: no token, the single-use state decides. */
export function oauthCallbackRoutes(app: FastifyInstance, { peers, log }: ServerOptions): void {
  app.register(async (scope: Scope) => {
    scope.setErrorHandler((err, _req, reply) => {
      if ((err as { validation?: unknown }).validation !== undefined) return show(reply, malformedCallback);
      const refused = isAppError(err) && err.kind !== 'unavailable' && err.kind !== 'internal';
      if (!refused) log.error({ err }, 'authorization not completed');
      return refused ? show(reply, outcomeOf('failed')) : show(reply.header('retry-after', 1), unavailable);
    });
    scope.get(
      '/oauth/callback/:platform',
      { schema: { params, querystring: query, hide: true } },
      async (req, reply) => {
        const answer = await peers.connectors.completeAuthorization({ platform: req.params.platform, ...req.query });
        return show(reply, outcomeOf(answer.outcome), answer.shopName || answer.connectorName);
      },
    );
  });
}

const show = (reply: FastifyReply, outcome: Outcome, subject = ''): FastifyReply =>
  reply.code(outcome.status).headers(PAGE_HEADERS).send(page(outcome, subject));
