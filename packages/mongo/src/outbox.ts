import type { Event } from '@crossdock/contracts';
import { Schema } from 'mongoose';

/** The fields the plugin adds: events not yet at the broker, and who is publishing them. */
export interface WithOutbox {
  outbox: Event[];
  relay?: { by: string; until: Date } | null;
}

export const OUTBOX_INDEX = 'outbox_pending';

/** Adds `outbox`, written in the same update as the state change it tells of. */
export function outbox(schema: Schema): void {
  schema.add({ outbox: { type: [Schema.Types.Mixed], default: [] }, relay: { type: Schema.Types.Mixed } });
  schema.index(
    { _id: 1, relay: 1 },
    { name: OUTBOX_INDEX, partialFilterExpression: { 'outbox.0': { $exists: true } } },
  );
}
