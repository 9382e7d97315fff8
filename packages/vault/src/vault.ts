import { randomBytes } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { decrypt, encrypt, IV_BYTES } from './aead.ts';
import { KEY_BYTES, parseKeys } from './keys.ts';
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
}

const VERSION = 'v1';
const CACHED_KEYS = 1_000;

interface DataKey {
  key: Buffer;
  wrapped: string;
}

/**
 * Envelope encryption: `v1.<kek id>.<wrapped data key>.<iv>.<ciphertext + tag>`, parts in base64url.
 * Each process makes one data key per tenant; it travels wrapped in every text, so none is stored beside.
 */
export function createVault(keyEncryptionKeys: string): Vault {
  const ring = parseKeys(keyEncryptionKeys);
  const sealing = new LRUCache<string, DataKey>({ max: CACHED_KEYS });
  const opening = new LRUCache<string, Buffer>({ max: CACHED_KEYS });

  function kek(id: string): Buffer {
    const key = ring.keys.get(id);
    if (key === undefined)
      throw new VaultError('UNKNOWN_KEY', 'sealed under a key that KEY_ENCRYPTION_KEYS does not name');
    return key;
  }

  function sealingKey(tenant: string): DataKey {
    const known = sealing.get(tenant);
    if (known !== undefined) return known;
    const key = randomBytes(KEY_BYTES);
    const { iv, body } = encrypt(kek(ring.current), wrapContext(ring.current, tenant), key);
    const made = { key, wrapped: Buffer.concat([iv, body]).toString('base64url') };
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
    seal(place, plaintext) {
      const { key, wrapped } = sealingKey(place.tenant);
      const { iv, body } = encrypt(key, placeContext(place), Buffer.from(plaintext));
      return [VERSION, ring.current, wrapped, iv.toString('base64url'), body.toString('base64url')].join('.');
    },
    open(place, sealed) {
      const [version, kekId, wrapped, iv, body, ...rest] = sealed.split('.');
      if (
        version !== VERSION ||
        kekId === undefined ||
        wrapped === undefined ||
        iv === undefined ||
        body === undefined ||
        rest.length > 0
      ) {
        throw new VaultError('FORMAT', 'not a sealed text of a known version');
      }
      const key = openingKey(kekId, place.tenant, wrapped);
      const plain = decrypt(key, placeContext(place), strictBase64url(iv), strictBase64url(body));
      if (plain === null) throw refused();
      return plain.toString();
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
