import type { IdentityServiceServer } from '@crossdock/contracts/grpc/auth-channel';
import { unary } from '@crossdock/rpc';
import type { IdentityApp } from '../app/identity.ts';

export const identityService = (app: IdentityApp): IdentityServiceServer => ({
  login: unary(async (request) => {
    const { token, expiresInSeconds, user } = await app.login(request);
    const { id, username, name, role, tenant, createdAt } = user;
    return { token, expiresIn: expiresInSeconds, user: { id, username, name, role, tenant, createdAt } };
  }),
  issueToken: unary(async (request) => {
    const { token, expiresInSeconds } = await app.issueToken(request);
    return { accessToken: token, expiresIn: expiresInSeconds };
  }),
  getSigningKeys: unary(async () => ({ jwksJson: JSON.stringify(await app.publicKeys()) })),
});
