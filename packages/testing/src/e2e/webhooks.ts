import { createHmac } from 'node:crypto';
import type { Received } from '@crossdock/stack/receiver';
import { Webhook } from 'standardwebhooks';
import type { User } from './users.ts';

export interface Endpoint {
  id: string;
  secret: string;
}

/** An endpoint at this address; without a secret of the partner's own the answer shows the one that was made. */
export async function addEndpoint(
  user: User,
  connectorId: string,
  url: string,
  events: string[],
  secret?: string,
): Promise<Endpoint> {
  const answer = await user.post(`/${connectorId}/webhooks`, { url, events, secret });
  if (answer.status !== 201) throw new Error(`no webhook to ${url}: ${answer.text}`);
  const { id, secret: made } = answer.body.data as { id: string; secret?: string };
  return { id, secret: secret ?? (made as string) };
}

/** The two signatures a partner may check, as it would: `true` when they fit. */
export function signatures({ headers, body }: Received, secret: string): { nolux: boolean; standard: boolean } {
  const nolux = createHmac('sha256', Buffer.from(secret)).update(body).digest('hex') === headers['x-nolux-signature'];
  try {
    const key = secret.startsWith('whsec_') ? new Webhook(secret) : new Webhook(Buffer.from(secret), { format: 'raw' });
    key.verify(body, headers as Record<string, string>);
    return { nolux, standard: true };
  } catch {
    return { nolux, standard: false };
  }
}
