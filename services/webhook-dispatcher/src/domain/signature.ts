import { createHmac } from 'node:crypto';
import { signingKey } from './secret.ts';

export interface Signing {
  secret: string;
  /** The event's id: the same at every attempt. */
  id: string;
  /** Of the attempt. */
  at: Date;
  body: string;
}

/** Both forms a receiver can verify: hex over the body alone, and Standard Webhooks over id, time and body. */
export function signatureHeaders({ secret, id, at, body }: Signing): Record<string, string> {
  const timestamp = Math.floor(at.getTime() / 1_000);
  const standard = createHmac('sha256', signingKey(secret)).update(`${id}.${timestamp}.${body}`).digest('base64');
  return {
    'X-Nolux-Signature': createHmac('sha256', secret).update(body).digest('hex'),
    'webhook-id': id,
    'webhook-timestamp': String(timestamp),
    'webhook-signature': `v1,${standard}`,
  };
}
