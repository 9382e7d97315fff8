import type { EventDefinition } from './events/event.ts';

export { asyncApi } from './async-api/async-api.ts';
export { webhookCatalogue, type WebhookCatalogueEntry } from './async-api/catalogue.ts';
export { allEvents } from './events/all-events.ts';
export { auditRecorded } from './events/audit-recorded.ts';
export { connectorChanged } from './events/connector-changed.ts';
export { connectorError } from './events/connector-error.ts';
export { type Event, type EventDefinition, jsonOf, written } from './events/event.ts';
export { MAX_RECORD_CHANGES, recordsChanged } from './events/records-changed.ts';
export { shopChanged } from './events/shop-changed.ts';
export { syncCompleted } from './events/sync-completed.ts';
export { syncRequested } from './events/sync-requested.ts';
export { nextSyncAt } from './next-sync-at.ts';

/** The data of a definition's events. */
export type DataOf<T> = T extends EventDefinition<infer D> ? D : never;
