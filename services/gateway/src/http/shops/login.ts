import type { IdentityServiceService } from '@crossdock/contracts/grpc/auth-channel';
import type { Calls } from '@crossdock/rpc';
import Type from 'typebox';
import { nameField, textField } from '../fields.ts';
import { must } from '../must.ts';
import { notFound } from '../refusal.ts';
import type { Scope } from '../scope.ts';

const login = Type.Object(
  {
    username: nameField('用户名'),
    password: textField('密码'),
    audience: Type.Optional(Type.Enum(['shops', 'commerce', 'listings', 'channels'])),
  },
  { additionalProperties: false },
);

export function loginRoutes(scope: Scope, identity: Calls<IdentityServiceService>): void {
  scope.post('/auth/login', { config: { public: true }, schema: { body: login } }, async (req, reply) => {
    const { username, password, audience = '' } = req.body;
    const { token, expiresIn, user } = await identity.login({ username, password, audience, address: req.ip });
    const { id, username: known, name, role } = must(user);
    void reply.header('cache-control', 'no-store');
    return { success: true, data: { token, user: { id, username: known, name, role }, expires_in: expiresIn } };
  });

  /** Always the family's 404, for clients to test themselves against. */
  scope.get('/test/404', { config: { public: true } }, async () => {
    throw notFound();
  });
}
