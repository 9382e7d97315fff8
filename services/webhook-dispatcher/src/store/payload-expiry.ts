import { failpoint } from '@crossdock/kernel';
import type { Connection, Model, mongo } from 'mongoose';
import { AGE_INDEX, type DeliveryRow, FREE } from './delivery-row.ts';

interface Mark {
  _id: 'payloads';
  until: Date;
}

/** Takes the bytes out of old deliveries; their rows go by the TTL index, much later. */
export function payloadExpiry(db: Connection, model: Model<DeliveryRow>) {
  const rows = model.collection as unknown as mongo.Collection<DeliveryRow>;
  const marks = () => db.collection<Mark>('retention');

  return {
    /** Of everything older than `before`; what is pending has failed then. Where it ended is remembered, so that nothing is looked at twice. */
    async expire(before: Date): Promise<void> {
      const from = (await marks().findOne({ _id: 'payloads' }))?.until ?? new Date(0);
      if (from >= before) return;
      const old = { createdAt: { $gte: from, $lt: before }, body: { $type: 'string' } } as const;
      const failed = { status: 'failed', reason: 'payload_expired', holder: null, nextAttemptAt: null } as const;
      const hint = AGE_INDEX;
      await rows.updateMany({ ...old, holder: FREE }, { $set: failed, $unset: { body: 1 } }, { hint });
      await rows.updateMany({ ...old, holder: null }, { $unset: { body: 1 } }, { hint });
      await failpoint('dispatcher.payloads.expired');
      await marks().updateOne({ _id: 'payloads' }, { $max: { until: before } }, { upsert: true });
    },
  };
}

export type PayloadExpiry = ReturnType<typeof payloadExpiry>;
