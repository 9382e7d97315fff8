/** What a partner can ask for, as the API writes it. */
export const WEBHOOK_TYPES = ['connector.disconnected', 'connector.error', 'sync.completed', 'sync.failed'] as const;

export type WebhookType = (typeof WEBHOOK_TYPES)[number];

export const isWebhookType = (text: string): text is WebhookType => (WEBHOOK_TYPES as readonly string[]).includes(text);

/** How much a partner gets: all, or the ids to ask for the rest by. */
export const PAYLOADS = ['full', 'thin'] as const;

export type PayloadForm = (typeof PAYLOADS)[number];

/** The content of a webhook; filters look at it. */
export interface WebhookPayload {
  id: string;
  type: WebhookType;
  timestamp: string;
  data: Record<string, unknown>;
}

/** What a partner gets of an event: made once, the bytes are sent as they stand at every attempt. */
export interface Webhook {
  tenant: string;
  connectorId: string;
  payload: WebhookPayload;
  /** Of the event, null when it has none. */
  traceparent: string | null;
}

export function bodyOf({ id, type, timestamp, data }: WebhookPayload, form: PayloadForm): string {
  const told = form === 'full' ? data : Object.fromEntries(Object.entries(data).filter(([key]) => key.endsWith('_id')));
  return JSON.stringify({ id, type, timestamp, data: told });
}
