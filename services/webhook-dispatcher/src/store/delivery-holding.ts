import type { Model, mongo } from 'mongoose';
import { BACKLOG_INDEX, type DeliveryRow, DUE_INDEX, FREE, free, held, HOLDER_INDEX } from './delivery-row.ts';

/** Pending deliveries of endpoints that take nothing now: with nothing due, or due later. */
export function deliveryHolding(model: Model<DeliveryRow>) {
  const rows = model.collection as unknown as mongo.Collection<DeliveryRow>;
  const parked = { ...free, nextAttemptAt: { $type: 'null' } } as const;

  return {
    /** Its endpoint is paused or disabled: nothing is due. These are in `holder`'s hand, the rest in nobody's. */
    async park(endpointId: string, ids: string[], holder: string | null): Promise<void> {
      const change = { $set: { holder: FREE, nextAttemptAt: null } };
      await rows.updateMany({ ...free, endpointId, nextAttemptAt: { $type: 'date' } }, change, { hint: BACKLOG_INDEX });
      if (holder !== null) await rows.updateMany({ _id: { $in: ids }, holder }, change);
    },

    /** Nothing before `until`: what is due earlier waits till then. */
    async postpone(endpointId: string, ids: string[], holder: string | null, until: Date): Promise<void> {
      const change = { $set: { holder: FREE, nextAttemptAt: until } };
      await rows.updateMany({ ...free, endpointId, nextAttemptAt: { $lt: until } }, change, { hint: BACKLOG_INDEX });
      if (holder !== null) await rows.updateMany({ _id: { $in: ids }, holder }, change);
    },

    /** What was postponed until then is due now. */
    async hasten(endpointId: string, until: Date, now: Date): Promise<void> {
      await rows.updateMany(
        { ...free, endpointId, nextAttemptAt: until },
        { $set: { nextAttemptAt: now } },
        { hint: BACKLOG_INDEX },
      );
    },

    /** Its endpoint takes deliveries again. */
    async unpark(endpointId: string, now: Date): Promise<void> {
      await rows.updateMany({ ...parked, endpointId }, { $set: { nextAttemptAt: now } }, { hint: BACKLOG_INDEX });
    },

    /** Endpoints with parked deliveries, in order of id, behind `after`. */
    async parkedEndpoints(after: string, limit: number): Promise<string[]> {
      const found: string[] = [];
      // From one to the next, each a look at the index.
      for (let last = after; found.length < limit;) {
        const row = await rows.findOne(
          { ...parked, endpointId: { $gt: last } },
          { projection: { endpointId: 1 }, sort: { endpointId: 1 }, hint: DUE_INDEX },
        );
        if (row === null) break;
        last = row.endpointId;
        found.push(last);
      }
      return found;
    },

    /** Everything pending of these endpoints; a delivery changing hands meanwhile is cancelled by who takes it. */
    async cancelOf(endpointIds: string[]): Promise<void> {
      const cancelled = { $set: { status: 'cancelled', holder: null, nextAttemptAt: null } } as const;
      const ofThese = { endpointId: { $in: endpointIds } };
      await rows.updateMany({ ...free, ...ofThese }, cancelled, { hint: BACKLOG_INDEX });
      await rows.updateMany({ ...held, ...ofThese }, cancelled, { hint: HOLDER_INDEX });
    },
  };
}

export type DeliveryHolding = ReturnType<typeof deliveryHolding>;
