import type { Clock } from '@crossdock/kernel';
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { systemCaller } from '../domain/connector.ts';
import { credentials, type CredentialDeps } from './credentials.ts';

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

test('whoever waits for the renewal of another process looks often at first, then twice a second', async () => {
  const clock: Clock = () => new Date();
  const begun = Date.now();
  const looks: number[] = [];
  const caller = systemCaller('demo');
  const connector = {
    id: 'c1',
    tenant: 'demo',
    status: 'running',
    deletedAt: null,
    credentialVersion: 1,
    credential: { refreshToken: 'sealed', issuedAt: new Date(0), expiresAt: new Date(1) },
  };
  const deps = {
    connectors: { get: async () => connector },
    refresh: async () => {
      looks.push(Date.now() - begun);
      return { result: 'busy' };
    },
    clock,
  } as unknown as CredentialDeps;
  const stopping = new AbortController();
  const waiting = credentials(deps).acquire(caller, { connectorId: 'c1' }, stopping.signal);
  const refused = expect(waiting).rejects.toMatchObject({ kind: 'unavailable' });
  await jest.advanceTimersByTimeAsync(10_000);
  stopping.abort();
  await jest.advanceTimersByTimeAsync(1_000);
  await refused;

  expect(looks.length).toBeLessThan(30);
  for (const [n, at] of looks.entries()) {
    const before = looks[n - 1] ?? 0;
    expect(at - before).toBeLessThanOrEqual(Math.min(before + 50, 500));
  }
});
