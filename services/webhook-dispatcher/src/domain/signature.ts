import { createHmac } from 'node:crypto';
import { signingKey } from './secret.ts';

export interface Signing {
  /** All that live, the newest first. */
  secrets: readonly [string, ...string[]];
  /** The event's id: the same at every attempt. */
  id: string;
  /** Of the attempt. */
  at: Date;
  body: string;
}

/** Both forms a receiver can verify: hex over the body alone by the newest secret, and Standard Webhooks over id, time and body by each of them. */
export function signatureHeaders({ secrets, id, at, body }: Signing): Record<string, string> {
  const timestamp = Math.floor(at.getTime() / 1_000);
  const signed = `${id}.${timestamp}.${body}`;
  const standard = (secret: string) => `v1,${createHmac('sha256', signingKey(secret)).update(signed).digest('base64')}`;
  return {
    'X-Nolux-Signature': createHmac('sha256', secrets[0]).update(body).digest('hex'),
    'webhook-id': id,
    'webhook-timestamp': String(timestamp),
    'webhook-signature': secrets.length === 1 ? standard(secrets[0]) : secrets.map(standard).join(' '),
  };
}
