import type { Clock, Part } from '@crossdock/kernel';
import type { Vault } from '@crossdock/vault';
import {
  calculateJwkThumbprint,
  type CryptoKey,
  exportJWK,
  generateKeyPair,
  importJWK,
  type JSONWebKeySet,
  type JWK,
  SignJWT,
} from 'jose';
import { oldestRetirement, SIGNING_ALGORITHM, type SigningKey } from '../domain/signing-keys.ts';
import type { Claims } from '../domain/tokens.ts';
import { SIGNING_KEYS, type SigningKeyStore } from '../store/signing-keys.ts';

export interface SignerDeps {
  keys: SigningKeyStore;
  vault: Vault;
  now: Clock;
}

export interface Signer extends Part {
  sign(claims: Claims): Promise<string>;
  /** The keys that verify what is still alive. */
  publicKeys(): Promise<JSONWebKeySet>;
}

/** Signs with the one current key, made at the first start of the first process. */
export function createSigner({ keys, vault, now }: SignerDeps): Signer {
  let signing: { id: string; key: CryptoKey | Uint8Array } | undefined;

  const place = (id: string) => ({ tenant: 'system', collection: SIGNING_KEYS, id, field: 'private_jwk' });

  async function newKey(): Promise<SigningKey> {
    const { publicKey, privateKey } = await generateKeyPair(SIGNING_ALGORITHM, { extractable: true });
    const publicJwk = await exportJWK(publicKey);
    const id = await calculateJwkThumbprint(publicJwk);
    const sealedPrivateJwk = vault.seal(place(id), JSON.stringify(await exportJWK(privateKey)));
    return { id, current: true, publicJwk, sealedPrivateJwk, createdAt: now(), retiredAt: null };
  }

  /** Whoever comes second signs with the first one's key. */
  async function current(): Promise<SigningKey> {
    const known = await keys.current();
    if (known !== null) return known;
    const made = await newKey();
    if (await keys.addCurrent(made)) return made;
    return current();
  }

  return {
    name: 'signing key',
    async start() {
      const { id, sealedPrivateJwk } = await current();
      const privateJwk = JSON.parse(vault.open(place(id), sealedPrivateJwk)) as JWK;
      signing = { id, key: await importJWK(privateJwk, SIGNING_ALGORITHM) };
    },
    async stop() {},
    async sign(claims) {
      if (signing === undefined) throw new Error('the signer was not started');
      return new SignJWT({ ...claims })
        .setProtectedHeader({ alg: SIGNING_ALGORITHM, kid: signing.id, typ: 'JWT' })
        .sign(signing.key);
    },
    async publicKeys() {
      const listed = await keys.listed(oldestRetirement(now()));
      return {
        keys: listed.map(({ id, publicJwk }) => ({ ...publicJwk, kid: id, alg: SIGNING_ALGORITHM, use: 'sig' })),
      };
    },
  };
}
