import type { Event } from '@crossdock/contracts';
import type { Model, mongo } from 'mongoose';
import type { Breaker } from '../domain/breaker.ts';
import type { FailingStage } from '../domain/failing.ts';
import { BREAKER_INDEX, type EndpointRow } from './endpoint-row.ts';

/** How endpoints do, as their calls tell: written at turns, never for each call. What people change is not touched. */
export function endpointHealth(model: Model<EndpointRow>) {
  const rows = model.collection as unknown as mongo.Collection<EndpointRow>;
  const enabled = (id: string) => ({ _id: id, status: 'enabled' as const, deletedAt: null });

  return {
    /** Whoever comes first opens it. */
    async openBreaker(id: string, breaker: Breaker): Promise<void> {
      await rows.updateOne({ ...enabled(id), breaker: null }, { $set: { breaker } });
    },

    /** False when another process makes the probe, or the breaker is closed. Until `until` it is nobody else's. */
    async takeProbe(id: string, seen: Date, until: Date): Promise<boolean> {
      const { modifiedCount } = await rows.updateOne(
        { ...enabled(id), 'breaker.until': seen },
        { $set: { 'breaker.until': until } },
      );
      return modifiedCount === 1;
    },

    /** After the probe that was to end at `seen`: null closes it. False when somebody else's came after it. */
    async endProbe(id: string, seen: Date, breaker: Breaker | null): Promise<boolean> {
      const { matchedCount } = await rows.updateOne({ _id: id, 'breaker.until': seen }, { $set: { breaker } });
      return matchedCount === 1;
    },

    async countOpen(): Promise<number> {
      const open = { 'breaker.until': { $type: 'date' }, status: 'enabled' } as const;
      return rows.countDocuments(open, { hint: BREAKER_INDEX });
    },

    async beginFailing(id: string, since: Date): Promise<void> {
      await rows.updateOne({ ...enabled(id), failingSince: null }, { $set: { failingSince: since, warned: 0 } });
    },

    async endFailing(id: string, seen: Date): Promise<void> {
      await rows.updateOne({ _id: id, failingSince: seen }, { $set: { failingSince: null, warned: 0 } });
    },

    /** False when it was told before, or a call succeeded. */
    async warn(id: string, since: Date, stage: FailingStage, events: Event[]): Promise<boolean> {
      const { modifiedCount } = await rows.updateOne(
        { ...enabled(id), failingSince: since, warned: { $lt: stage } },
        { $set: { warned: stage }, $push: { outbox: { $each: events } } },
      );
      return modifiedCount === 1;
    },

    /** The first of `count` places for calls, `everyMs` apart, that no process has; in ms. */
    async drawSlots(id: string, count: number, everyMs: number, now: number): Promise<number> {
      const row = await rows.findOneAndUpdate(
        { _id: id },
        [{ $set: { nextSlotAt: { $add: [{ $max: ['$nextSlotAt', now] }, count * everyMs] } } }],
        { returnDocument: 'after', projection: { nextSlotAt: 1 } },
      );
      return (row?.nextSlotAt ?? now) - count * everyMs;
    },
  };
}

export type EndpointHealth = ReturnType<typeof endpointHealth>;
