import { CredentialServiceService } from '@crossdock/contracts/grpc/connector-registry';
import { until } from '@crossdock/stack/until';
import { connected, type Subject } from '../failpoints/subject.ts';
import { isAway } from './peer.ts';
import type { RacingWorld, Side } from './racing-world.ts';

const PAST = new Date(0);
const LIMIT_MS = 120_000;

/** A connected shop whose product list is of no interest. */
export const shopOf = (world: RacingWorld): Promise<Subject> => connected(world, 1);

/** From now on its tokens are over. */
export async function expire({ database }: RacingWorld, subjects: Subject[]): Promise<void> {
  const connectors = database('connector-registry').collection<{ _id: string }>('connectors');
  const ids = subjects.map(({ connectorId }) => connectorId);
  await connectors.updateMany({ _id: { $in: ids } }, { $set: { 'credential.expiresAt': PAST } });
}

/** How often the platform was asked to renew its tokens, and how often it refused. */
export async function askedFor(
  { platform }: RacingWorld,
  { appKey }: Subject,
): Promise<{ calls: number; refused: number }> {
  const asked = await platform.requests({ platform: 'tmall', match: `client_id=${appKey}` });
  const refreshes = asked.filter(({ body }) => String(body).includes('grant_type=refresh_token'));
  return { calls: refreshes.length, refused: refreshes.filter(({ outcome }) => outcome === 'refused').length };
}

/** One more call than anybody needed, with tokens that were used already. */
export const askOnceMore = ({ stack }: RacingWorld, { appKey }: Subject): Promise<Response> => {
  const secret = { client_id: appKey, client_secret: 'sandbox-secret' };
  const body = new URLSearchParams({ ...secret, grant_type: 'refresh_token', refresh_token: 'used' });
  return fetch(`${stack.sandbox}/taobao/token`, { method: 'POST', body });
};

/** What a caller hears in the end: the state, and of a token its version and itself. */
export async function acquire({ registry }: Side, { connectorId }: Subject): Promise<string> {
  const request = { connectorId, taskId: 'race', refusedVersion: undefined };
  const { state, version, accessToken } = await registry.ask(CredentialServiceService.acquireCredential, request);
  return state === 'ok' ? `ok ${version} ${accessToken}` : state;
}

/** Asks again while the one asked is away or cannot say yet. */
export const acquireInTheEnd = (side: Side, subject: Subject): Promise<string> =>
  until(
    () =>
      acquire(side, subject).catch((err: unknown) => {
        if (isAway(err)) return '';
        throw err;
      }),
    { timeoutMs: LIMIT_MS, everyMs: 200, what: `a credential of ${subject.connectorId}` },
  );
