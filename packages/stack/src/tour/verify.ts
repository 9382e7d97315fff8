import { createHmac, timingSafeEqual } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import type { Received } from '../receiver.ts';

/** What is wrong with the signatures of a webhook, or null: as a partner would check them. */
export function verify({ headers, body }: Pick<Received, 'headers' | 'body'>, secret: string): string | null {
  const expected = createHmac('sha256', secret).update(body).digest();
  const given = Buffer.from(String(headers['x-nolux-signature'] ?? ''), 'hex');
  if (given.length !== expected.length || !timingSafeEqual(given, expected))
    return 'X-Nolux-Signature does not fit the body';
  try {
    new Webhook(secret).verify(body, headers as Record<string, string>);
    return null;
  } catch (err) {
    return `webhook-signature does not fit the body: ${Error.isError(err) ? err.message : String(err)}`;
  }
}
