import { VaultError } from './vault-error.ts';

/** `v1.<key id>.<wrapped data key>.<iv>.<ciphertext + tag>`, the last three in base64url. */
interface SealedText {
  keyId: string;
  wrapped: string;
  iv: string;
  body: string;
}

const VERSION = 'v1';

export const joinSealed = ({ keyId, wrapped, iv, body }: SealedText): string =>
  [VERSION, keyId, wrapped, iv, body].join('.');

export function splitSealed(sealed: string): SealedText {
  const [version, keyId, wrapped, iv, body, ...rest] = sealed.split('.');
  const whole = keyId !== undefined && wrapped !== undefined && iv !== undefined && body !== undefined;
  if (version !== VERSION || !whole || rest.length > 0)
    throw new VaultError('FORMAT', 'not a sealed text of a known version');
  return { keyId, wrapped, iv, body };
}

/** A wrapped key is iv, key and tag: 60 bytes; an iv 12; a body at least a tag. */
const SHAPE = /^v1\.([A-Za-z0-9_-]{1,32})\.[A-Za-z0-9_-]{80}\.[A-Za-z0-9_-]{16}\.[A-Za-z0-9_-]{22,}$/;

/** The key a text is sealed under, null when it does not look like a sealed text. */
export const keyIdOf = (text: string): string | null => SHAPE.exec(text)?.[1] ?? null;
