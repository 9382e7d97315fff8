import formbody from '@fastify/formbody';
import { AppError, type ErrorKind, invalidField } from '@crossdock/kernel';
import type { FastifyInstance } from 'fastify';
import Type from 'typebox';
import { strictBodies } from '../body.ts';
import type { Family } from '../family.ts';
import { familyScope } from '../family-scope.ts';
import type { Scope } from '../scope.ts';
import type { ServerOptions } from '../server-options.ts';

const UNSUPPORTED_GRANT = 'UNSUPPORTED_GRANT';

const ERRORS: Partial<Record<ErrorKind, string>> = {
  unauthenticated: 'invalid_client',
  forbidden: 'unauthorized_client',
  not_found: 'not_found',
  too_many: 'slow_down',
  unavailable: 'temporarily_unavailable',
  internal: 'server_error',
};

/** `/auth/token` answers as OAuth 2.0 does (RFC 6749 §5.2). */
export const tokensFamily: Family = {
  name: 'tokens',
  prefix: '/auth',
  audience: '',
  statuses: { invalid: 400 },
  refusal: ({ kind, code }) => ({
    error: code === UNSUPPORTED_GRANT ? 'unsupported_grant_type' : (ERRORS[kind] ?? 'invalid_request'),
  }),
};

/** Unrecognized parameters are ignored, as §3.2 asks. */
const tokenRequest = Type.Object({
  grant_type: Type.String({ minLength: 1, maxLength: 200 }),
  client_id: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
  client_secret: Type.Optional(Type.String({ minLength: 1, maxLength: 4_000 })),
  audience: Type.Optional(Type.String({ maxLength: 200 })),
});

export function tokensRoutes(app: FastifyInstance, { peers, log }: ServerOptions): void {
  familyScope(app, { family: tokensFamily, log }, (scope: Scope) => {
    strictBodies(scope);
    scope.register(formbody);
    scope.addHook('onSend', async (_req, reply) => void reply.header('cache-control', 'no-store'));
    scope.post('/token', { config: { public: true }, schema: { body: tokenRequest } }, async (req) => {
      const { grant_type: grantType, client_id: clientId, client_secret: clientSecret, audience = '' } = req.body;
      if (grantType !== 'client_credentials') throw new AppError('invalid', UNSUPPORTED_GRANT, '不支持的授权类型');
      if (clientId === undefined || clientSecret === undefined) throw invalidField('client_id', '不能为空');
      const { accessToken, expiresIn } = await peers.identity.issueToken({
        clientId,
        clientSecret,
        audience,
        address: req.ip,
      });
      return { access_token: accessToken, token_type: 'Bearer', expires_in: expiresIn };
    });
  });
}
