import { auditRecorded } from './audit-recorded.ts';
import { connectorChanged } from './connector-changed.ts';
import { connectorError } from './connector-error.ts';
import type { EventDefinition } from './event.ts';
import { recordsChanged } from './records-changed.ts';
import { shopChanged } from './shop-changed.ts';
import { syncCompleted } from './sync-completed.ts';
import { syncRequested } from './sync-requested.ts';

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
