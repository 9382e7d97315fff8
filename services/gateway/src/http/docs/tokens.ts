import Type from 'typebox';
import { tokensFamily } from '../tokens/routes.ts';
import { type FamilyDocs, refusal } from './operation.ts';
import { choice, count, ref, text } from './shapes.ts';

const CREDENTIALS = { grant_type: 'client_credentials', client_id: 'demo-client', client_secret: 'demo-client-secret' };

export const tokensDocs: FamilyDocs = {
  family: tokensFamily,
  title: 'Tokens',
  description:
    'Tokens for machines, as OAuth 2.0 gives them (RFC 6749 §4.4). Refusals are `{error}` with a code of §5.2.',
  tags: [{ name: 'Tokens', description: 'Client credentials.' }],
  securitySchemes: {},
  schemas: {
    Token: Type.Object({
      access_token: text({ description: 'Send it as `Authorization: Bearer …`.' }),
      token_type: Type.Literal('Bearer'),
      expires_in: count({ description: 'Seconds.' }),
    }),
  },
  refusal: () =>
    Type.Object({
      error: choice([
        'invalid_request',
        'invalid_client',
        'unauthorized_client',
        'unsupported_grant_type',
        'not_found',
        'slow_down',
        'server_error',
        'temporarily_unavailable',
      ]),
    }),
  operations: {
    'POST /auth/token': {
      id: 'issueToken',
      tag: 'Tokens',
      summary: 'Exchange client credentials for a token',
      description:
        'The token is good for the audiences `commerce` and `listings`; with `audience=channels` for that one alone. Other parameters are ignored.',
      requests: { commerce: CREDENTIALS, channels: { ...CREDENTIALS, audience: 'channels' } },
      consumes: ['application/x-www-form-urlencoded', 'application/json'],
      answer: {
        status: 200,
        description: 'A token for an hour.',
        schema: ref('Token'),
        examples: { token: { access_token: 'eyJhbGciOiJFZERTQSJ9...', token_type: 'Bearer', expires_in: 3600 } },
        headers: ['cache-control'],
      },
      refusals: [
        refusal('invalid', 'UNSUPPORTED_GRANT', '不支持的授权类型', 'The grant is another than `client_credentials`.'),
        refusal('unauthenticated', 'INVALID_CLIENT', '客户端凭证无效', 'Client or secret are wrong.'),
        refusal('forbidden', 'FORBIDDEN', '没有权限访问该资源', 'The client may have no token for `channels`.'),
        refusal(
          'too_many',
          'LOGIN_FAILURES',
          '失败次数过多，请稍后再试',
          'Too many failures of this client or address.',
        ),
      ],
    },
  },
};
