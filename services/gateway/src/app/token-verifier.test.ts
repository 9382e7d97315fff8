import { expect, test } from '@jest/globals';
import type { Logger } from '@crossdock/kernel';
import { exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';
import { tokenVerifier } from './token-verifier.ts';

const quiet: Logger = { debug() {}, info() {}, warn() {}, error() {}, child: () => quiet };

/** A verifier whose keys and clock the test turns. */
async function scene() {
  let now = new Date('2026-03-14T10:00:00Z');
  let published: JWK[] | Error = [];
  let fetches = 0;
  const verifier = tokenVerifier({
    clock: () => now,
    log: quiet,
    fetchKeys: async () => {
      fetches += 1;
      if (published instanceof Error) throw published;
      return { keys: published };
    },
  });

  async function newKey(kid: string) {
    const { publicKey, privateKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519' });
    const jwk = { ...(await exportJWK(publicKey)), kid, alg: 'EdDSA' };
    const sign = (lifetime = 3_600) => {
      const iat = Math.floor(now.getTime() / 1_000);
      return new SignJWT({ tenant: 'demo', role: 'admin' })
        .setProtectedHeader({ alg: 'EdDSA', kid })
        .setSubject('user:1')
        .setAudience(['commerce'])
        .setIssuer('crossdock')
        .setExpirationTime(iat + lifetime)
        .sign(privateKey);
    };
    return { jwk, sign };
  }

  return {
    verifier,
    newKey,
    publish: (keys: JWK[] | Error) => void (published = keys),
    later: (ms: number) => void (now = new Date(now.getTime() + ms)),
    fetches: () => fetches,
  };
}

test('a token verified before is refused the moment it expires', async () => {
  const { verifier, newKey, publish, later } = await scene();
  const key = await newKey('k1');
  publish([key.jwk]);
  const token = await key.sign(60);
  expect(await verifier.verify(token)).toEqual({
    tenant: 'demo',
    actor: 'user:1',
    role: 'admin',
    audiences: ['commerce'],
  });
  later(59_000);
  await verifier.verify(token);
  later(1_000);
  await expect(verifier.verify(token)).rejects.toMatchObject({ kind: 'unauthenticated' });
});

test('a key that is new here is fetched, an unknown one not more often than every five seconds', async () => {
  const { verifier, newKey, publish, later, fetches } = await scene();
  const [old, next, stranger] = await Promise.all([newKey('k1'), newKey('k2'), newKey('k3')]);
  publish([old.jwk]);
  await verifier.start();
  publish([old.jwk, next.jwk]);
  later(5_000);
  await verifier.verify(await next.sign());
  expect(fetches()).toBe(2);
  const forged = await stranger.sign();
  const refused = await Promise.allSettled(Array.from({ length: 50 }, () => verifier.verify(forged)));
  expect(refused.every(({ status }) => status === 'rejected')).toBe(true);
  expect(fetches()).toBe(2);
  later(5_000);
  await expect(verifier.verify(forged)).rejects.toMatchObject({ kind: 'unauthenticated' });
  expect(fetches()).toBe(3);
});

test('without any key it is not ready and says so, and a token is neither good nor bad', async () => {
  const { verifier, newKey, publish, later } = await scene();
  const key = await newKey('k1');
  publish(new Error('auth-channel is away'));
  await verifier.start();
  expect(await verifier.check?.()).toBe('auth-channel has not told them yet');
  await expect(verifier.verify(await key.sign())).rejects.toMatchObject({ kind: 'unavailable' });
  publish([key.jwk]);
  later(500);
  expect(await verifier.check?.()).toBeNull();
  expect(await verifier.verify(await key.sign())).toMatchObject({ tenant: 'demo' });
});

test('keys once known outlast an absence of auth-channel', async () => {
  const { verifier, newKey, publish, later } = await scene();
  const [key, unknown] = await Promise.all([newKey('k1'), newKey('k2')]);
  publish([key.jwk]);
  await verifier.start();
  publish(new Error('auth-channel is away'));
  later(60_000);
  await expect(verifier.verify(await unknown.sign())).rejects.toMatchObject({ kind: 'unauthenticated' });
  expect(await verifier.verify(await key.sign())).toMatchObject({ actor: 'user:1' });
});
