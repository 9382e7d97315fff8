import { type WebhookCatalogueEntry, webhookCatalogue } from '@crossdock/contracts';
import type { Endpoint } from '../domain/endpoint.ts';
import type { WebhookPayload, WebhookType } from '../domain/webhook.ts';

const catalogue = new Map(webhookCatalogue().map((entry) => [entry.type, entry]));

function entryOf(type: WebhookType): WebhookCatalogueEntry {
  const entry = catalogue.get(type);
  if (entry === undefined) throw new Error(`the catalogue lacks ${type}`);
  return entry;
}

/** The catalogue's example of a type, as if it happened now to the endpoint's own connector. */
export function exampleFor(
  { connectorId, platform }: Endpoint,
  type: WebhookType,
  id: string,
  at: Date,
): WebhookPayload {
  const { data } = entryOf(type).example;
  return { id, type, timestamp: at.toISOString(), data: { ...data, connector_id: connectorId, platform } };
}
