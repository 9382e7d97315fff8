import { createHmac } from 'node:crypto';
import Type from 'typebox';
import type { Message } from './message.ts';
import type { WebhookType } from './webhooks.ts';

/** What signs the examples. */
export const EXAMPLE_SECRET = 'your_webhook_secret';
const EXAMPLE_ID = '019a0000-0000-7000-8000-0000000000e1';
const EXAMPLE_TIMESTAMP = '1773484251';

/** The POST of one webhook; its example carries the true signatures of its body under `EXAMPLE_SECRET`. */
export function webhookMessage({ type, summary, of, example }: WebhookType<unknown>): Message {
  const payload = { id: EXAMPLE_ID, type, timestamp: '2026-03-14T10:30:50.000Z', data: example };
  const body = JSON.stringify(payload);
  const hmac = (text: string) => createHmac('sha256', EXAMPLE_SECRET).update(text);
  const headers = {
    'content-type': 'application/json',
    'X-Nolux-Signature': hmac(body).digest('hex'),
    'webhook-id': EXAMPLE_ID,
    'webhook-timestamp': EXAMPLE_TIMESTAMP,
    'webhook-signature': `v1,${hmac(`${EXAMPLE_ID}.${EXAMPLE_TIMESTAMP}.${body}`).digest('base64')}`,
  };
  return {
    name: type,
    title: type,
    summary,
    contentType: 'application/json',
    headers: webhookHeaders,
    payload: Type.Object({
      id: Type.String({ description: 'Of the event: the same at every attempt and after a resend.' }),
      type: Type.Literal(type),
      timestamp: Type.String({ format: 'date-time', description: 'When it happened.' }),
      data: of.schema,
    }),
    examples: [{ name: type, headers, payload }],
  };
}

const webhookHeaders = Type.Object({
  'content-type': Type.Literal('application/json'),
  'X-Nolux-Signature': Type.String({
    pattern: '^[0-9a-f]{64}$',
    description: 'Lower-case hex of the HMAC-SHA256 of the exact body bytes; the key is the UTF-8 bytes of the secret.',
  }),
  'webhook-id': Type.String({ description: 'The `id` of the body.' }),
  'webhook-timestamp': Type.String({ pattern: '^\\d+$', description: 'Seconds since 1970, fresh at every attempt.' }),
  'webhook-signature': Type.String({
    description:
      'Standard Webhooks: `v1,` and the base64 of the HMAC-SHA256 over `webhook-id.webhook-timestamp.body`; several, parted by spaces, while a secret is being changed. The key is the decoded part after `whsec_`, else the UTF-8 bytes of the secret.',
  }),
});
