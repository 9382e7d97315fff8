import { auditRecorded } from './events/audit-recorded.ts';
import { connectorChanged } from './events/connector-changed.ts';
import { connectorError } from './events/connector-error.ts';
import type { EventDefinition } from './events/event.ts';
import { recordsChanged } from './events/records-changed.ts';
import { shopChanged } from './events/shop-changed.ts';
import { syncCompleted } from './events/sync-completed.ts';
import { syncRequested } from './events/sync-requested.ts';

export type { Event, EventDefinition } from './events/event.ts';
export { MAX_RECORD_CHANGES } from './events/records-changed.ts';
export { nextSyncAt } from './next-sync-at.ts';
export { auditRecorded, connectorChanged, connectorError, recordsChanged, shopChanged, syncCompleted, syncRequested };

/** The data of a definition's events. */
export type DataOf<T> = T extends EventDefinition<infer D> ? D : never;

/** Every event of the product: the topics that exist. */
// oxlint-disable-next-line typescript/no-explicit-any -- a list of definitions with different data
export const allEvents: EventDefinition<any>[] = [
  syncRequested,
  syncCompleted,
  connectorError,
  connectorChanged,
  recordsChanged,
  shopChanged,
  auditRecorded,
];
