import { createHmac, createSecretKey, type KeyObject } from 'node:crypto';
import { signingKey } from './secret.ts';

/** A secret made ready to sign with: making it ready costs more than a signature. */
export interface SigningKeys {
  plain: KeyObject;
  standard: KeyObject;
}

export const signingKeys = (secret: string): SigningKeys => ({
  plain: createSecretKey(Buffer.from(secret)),
  standard: createSecretKey(signingKey(secret)),
});

export interface Signing {
  /** Of all secrets that live, the newest first. */
  keys: readonly [SigningKeys, ...SigningKeys[]];
  /** The event's id: the same at every attempt. */
  id: string;
  /** Of the attempt. */
  at: Date;
  body: string;
}

/** Both forms a receiver can verify: hex over the body alone by the newest secret, and Standard Webhooks over id, time and body by each of them. */
export function signatureHeaders({ keys, id, at, body }: Signing): Record<string, string> {
  const timestamp = Math.floor(at.getTime() / 1_000);
  const signed = `${id}.${timestamp}.${body}`;
  const standard = (key: SigningKeys) => `v1,${createHmac('sha256', key.standard).update(signed).digest('base64')}`;
  return {
    'X-Nolux-Signature': createHmac('sha256', keys[0].plain).update(body).digest('hex'),
    'webhook-id': id,
    'webhook-timestamp': String(timestamp),
    'webhook-signature': keys.length === 1 ? standard(keys[0]) : keys.map(standard).join(' '),
  };
}
