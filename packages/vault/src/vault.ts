import { randomBytes } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { decrypt, encrypt, IV_BYTES } from './aead.ts';
import { KEY_BYTES, parseKeys } from './keys.ts';
import { joinSealed, splitSealed } from './sealed-text.ts';
import { VaultError } from './vault-error.ts';

/** Where a sealed text lives; it opens nowhere else. */
export interface SealedPlace {
  tenant: string;
  collection: string;
  id: string;
  field: string;
}

export interface Vault {
  seal(place: SealedPlace, plaintext: string): string;
  /** Throws a VaultError when the text was changed, moved, or sealed under a key that is not in the ring. */
  open(place: SealedPlace, sealed: string): string;
  /** The id of the key that new texts are sealed under. */
  readonly currentKey: string;
  /** The same text under the current key: its data key is wrapped anew, the rest stays. Throws as `open` does. */
  rewrap(tenant: string, sealed: string): string;
}

const CACHED_KEYS = 1_000;

interface DataKey {
  key: Buffer;
  wrapped: string;
}

/**
 * Envelope encryption (`sealed-text.ts`).
 * Each process makes one data key per tenant; it travels wrapped in every text, so none is stored beside.
 */
export function createVault(keyEncryptionKeys: string): Vault {
  const ring = parseKeys(keyEncryptionKeys);
  const sealing = new LRUCache<string, DataKey>({ max: CACHED_KEYS });
  const opening = new LRUCache<string, Buffer>({ max: CACHED_KEYS });
  /** Texts that shared a data key go on sharing it. */
  const rewrapped = new LRUCache<string, string>({ max: CACHED_KEYS });

  function kek(id: string): Buffer {
    const key = ring.keys.get(id);
    if (key === undefined)
      throw new VaultError('UNKNOWN_KEY', 'sealed under a key that KEY_ENCRYPTION_KEYS does not name');
    return key;
  }

  function wrap(tenant: string, key: Buffer): string {
    const { iv, body } = encrypt(kek(ring.current), wrapContext(ring.current, tenant), key);
    return Buffer.concat([iv, body]).toString('base64url');
  }

  function sealingKey(tenant: string): DataKey {
    const known = sealing.get(tenant);
    if (known !== undefined) return known;
    const key = randomBytes(KEY_BYTES);
    const made = { key, wrapped: wrap(tenant, key) };
    sealing.set(tenant, made);
    return made;
  }

  function openingKey(kekId: string, tenant: string, wrapped: string): Buffer {
    const context = wrapContext(kekId, tenant);
    const cacheKey = context + wrapped;
    const known = opening.get(cacheKey);
    if (known !== undefined) return known;
    const bytes = strictBase64url(wrapped);
    const key = decrypt(kek(kekId), context, bytes.subarray(0, IV_BYTES), bytes.subarray(IV_BYTES));
    if (key === null) throw refused();
    opening.set(cacheKey, key);
    return key;
  }

  return {
    currentKey: ring.current,
    seal(place, plaintext) {
      const { key, wrapped } = sealingKey(place.tenant);
      const { iv, body } = encrypt(key, placeContext(place), Buffer.from(plaintext));
      return joinSealed({
        keyId: ring.current,
        wrapped,
        iv: iv.toString('base64url'),
        body: body.toString('base64url'),
      });
    },
    open(place, sealed) {
      const { keyId, wrapped, iv, body } = splitSealed(sealed);
      const key = openingKey(keyId, place.tenant, wrapped);
      const plain = decrypt(key, placeContext(place), strictBase64url(iv), strictBase64url(body));
      if (plain === null) throw refused();
      return plain.toString();
    },
    rewrap(tenant, sealed) {
      const parts = splitSealed(sealed);
      if (parts.keyId === ring.current) return sealed;
      const known = rewrapped.get(wrapContext(parts.keyId, tenant) + parts.wrapped);
      const wrapped = known ?? wrap(tenant, openingKey(parts.keyId, tenant, parts.wrapped));
      rewrapped.set(wrapContext(parts.keyId, tenant) + parts.wrapped, wrapped);
      return joinSealed({ ...parts, keyId: ring.current, wrapped });
    },
  };
}

/** JSON arrays: no two places, and no place and wrapping, give the same text. */
const placeContext = ({ tenant, collection, id, field }: SealedPlace) =>
  JSON.stringify(['text', tenant, collection, id, field]);
const wrapContext = (kekId: string, tenant: string) => JSON.stringify(['data key', kekId, tenant]);

const refused = () => new VaultError('REFUSED', 'a sealed text was changed, or belongs to another place');

/** Node's decoder skips what it does not know and ignores spare bits: only the one spelling of the bytes is taken. */
function strictBase64url(text: string): Buffer {
  const bytes = Buffer.from(text, 'base64url');
  if (bytes.toString('base64url') !== text) throw refused();
  return bytes;
}
