import type { AcquireCredentialResponse, CredentialServiceServer } from '@crossdock/contracts/grpc/connector-registry';
import { unary } from '@crossdock/rpc';
import type { Acquired } from '../app/credentials.ts';
import type { RegistryApp } from '../app/registry-app.ts';
import { callerOf } from './caller.ts';

export const credentialService = (app: RegistryApp): CredentialServiceServer => ({
  acquireCredential: unary(async (request, context) =>
    credentialMessage(await app.acquireForTask(callerOf(context), request, context.signal)),
  ),
  reportCalls: unary(async ({ connectorId, calls }, context) => {
    const reported = calls.map(({ at, code, ...call }) => ({ ...call, at: at ?? new Date(), code: code ?? '' }));
    await app.reportCalls(callerOf(context), connectorId, reported);
    return {};
  }),
});

const NONE = { accessToken: '', version: 0, config: {}, platform: '', shopId: '', expiresAt: undefined };

function credentialMessage(acquired: Acquired): AcquireCredentialResponse {
  if (acquired.state !== 'ok') return { ...NONE, state: acquired.state };
  const { state, connector, accessToken, config, expiresAt } = acquired;
  const { credentialVersion, platform, shopId } = connector;
  return { state, accessToken, version: credentialVersion, config, platform, shopId, expiresAt };
}
