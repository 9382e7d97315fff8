/** What a partner can ask for, as the API writes it. */
export const WEBHOOK_TYPES = ['connector.disconnected', 'connector.error', 'sync.completed', 'sync.failed'] as const;

export type WebhookType = (typeof WEBHOOK_TYPES)[number];

export const isWebhookType = (text: string): text is WebhookType => (WEBHOOK_TYPES as readonly string[]).includes(text);

/** What a partner gets of an event: made once, `body` is sent as it stands at every attempt. */
export interface Webhook {
  eventId: string;
  tenant: string;
  connectorId: string;
  type: WebhookType;
  body: string;
  /** Of the event, null when it has none. */
  traceparent: string | null;
}
