import { VaultError } from './vault-error.ts';

export const KEY_BYTES = 32;

/** Shorter than a base64 key, so that a key pasted in the place of an id is never repeated in a message. */
const KEY_ID = /^[A-Za-z0-9_-]{1,32}$/;

/** Key-encryption keys by id; new texts are sealed under `current`. */
export interface KeyRing {
  current: string;
  keys: ReadonlyMap<string, Buffer>;
}

/** `id:base64(32 bytes)[,id:base64…]`, the first is current. Throws a VaultError naming every fault by its position. */
export function parseKeys(text: string): KeyRing {
  const keys = new Map<string, Buffer>();
  const faults: string[] = [];
  text.split(',').forEach((entry, index) => {
    const at = `entry ${index + 1}`;
    const colon = entry.indexOf(':');
    if (colon < 0) return void faults.push(`${at} is not id:base64`);
    const id = entry.slice(0, colon).trim();
    const encoded = entry.slice(colon + 1).trim();
    if (!KEY_ID.test(id)) return void faults.push(`${at}: the id must be 1 to 32 of A-Z a-z 0-9 _ -`);
    const key = Buffer.from(encoded, 'base64');
    if (key.toString('base64') !== encoded) return void faults.push(`${at} (${id}): the key is not base64`);
    if (key.length !== KEY_BYTES)
      return void faults.push(`${at} (${id}): the key has ${key.length} bytes, not ${KEY_BYTES}`);
    if (keys.has(id)) return void faults.push(`${at} (${id}): the id stands twice`);
    keys.set(id, key);
  });
  const [current] = keys.keys();
  if (faults.length > 0 || current === undefined) {
    throw new VaultError('KEYS', `KEY_ENCRYPTION_KEYS: ${faults.join('; ')}`);
  }
  return { current, keys };
}
