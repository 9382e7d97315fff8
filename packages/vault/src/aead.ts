import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

const CIPHER = 'aes-256-gcm';
export const IV_BYTES = 12;
const TAG_BYTES = 16;

/** AES-256-GCM under a fresh IV; `body` is ciphertext + tag. */
export function encrypt(key: Buffer, aad: string, plain: Buffer): { iv: Buffer; body: Buffer } {
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv(CIPHER, key, iv, { authTagLength: TAG_BYTES }).setAAD(Buffer.from(aad));
  return { iv, body: Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]) };
}

/** Null when key, AAD or any byte is another than at encryption. */
export function decrypt(key: Buffer, aad: string, iv: Buffer, body: Buffer): Buffer | null {
  if (iv.length !== IV_BYTES || body.length < TAG_BYTES) return null;
  const cut = body.length - TAG_BYTES;
  const decipher = createDecipheriv(CIPHER, key, iv, { authTagLength: TAG_BYTES }).setAAD(Buffer.from(aad));
  decipher.setAuthTag(body.subarray(cut));
  try {
    return Buffer.concat([decipher.update(body.subarray(0, cut)), decipher.final()]);
  } catch {
    return null;
  }
}
