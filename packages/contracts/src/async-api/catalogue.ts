import type { TSchema } from 'typebox';
import { webhookMessage } from './webhook-message.ts';
import { webhookTypes } from './webhooks.ts';

/** A webhook that partners can ask for: the JSON Schema of its body, and one as it may come. */
export interface WebhookCatalogueEntry {
  type: string;
  summary: string;
  schema: TSchema;
  example: { id: string; type: string; timestamp: string; data: Record<string, unknown> };
}

/** Every webhook there is. */
export const webhookCatalogue = (): WebhookCatalogueEntry[] =>
  webhookTypes.map((webhook) => {
    const { payload, examples } = webhookMessage(webhook);
    return {
      type: webhook.type,
      summary: webhook.summary,
      schema: payload,
      example: examples[0].payload as WebhookCatalogueEntry['example'],
    };
  });
