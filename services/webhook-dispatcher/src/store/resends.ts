import type { Event } from '@crossdock/contracts';
import type { Model, mongo } from 'mongoose';
import type { Delivery } from '../domain/delivery.ts';
import type { Recovery, RecoverySet } from '../domain/recovery.ts';
import { type DeliveryRow, FREE, NEWEST_INDEX } from './delivery-row.ts';
import { insertNew } from './insert-new.ts';

type Candidate = Pick<DeliveryRow, '_id' | 'createdAt'>;

/** Filter: in nobody's hand, with something to send. */
const sendable = { holder: { $in: [FREE, null] }, body: { $type: 'string' } } as const;

/** Its retry schedule begins anew. */
const again = (trigger: Delivery['trigger'], due: Date | null) => ({
  status: 'pending' as const,
  trigger,
  holder: FREE,
  nextAttemptAt: due,
  attemptsBefore: '$attemptCount',
});

/** Deliveries that somebody asked for again, or for the first time. `due` is null while their endpoint takes nothing. */
export function resendStore(model: Model<DeliveryRow>) {
  const rows = model.collection as unknown as mongo.Collection<DeliveryRow>;

  /** Those that a recovery is about, the ones it has sent again already with them. */
  const ofSet = (endpointId: string, { since, until, ofStatus, ofTypes }: RecoverySet, id?: string) => ({
    endpointId,
    createdAt: { $gte: since, $lt: until },
    ...(ofTypes.length > 0 && { type: { $in: ofTypes } }),
    ...(id === undefined ? { status: ofStatus } : { $or: [{ status: ofStatus }, { recovery: id }] }),
  });

  return {
    /** False when it is cancelled, in somebody's hand, without its bytes, or sent again under this key before. */
    async resend(id: string, due: Date | null, key: string, events: Event[]): Promise<boolean> {
      const { matchedCount } = await rows.updateOne(
        {
          _id: id,
          ...sendable,
          status: { $in: ['pending', 'delivered', 'failed'] },
          ...(key !== '' && { resendKey: { $ne: key } }),
        },
        [
          { $set: { ...again('resend', due), ...(key !== '' && { resendKey: key }) } },
          { $set: { outbox: { $concatArrays: [{ $ifNull: ['$outbox', []] }, { $literal: events }] } } },
          { $unset: 'reason' },
        ],
      );
      return matchedCount === 1;
    },

    /** False when it was there already. */
    async insertOne({ id, ...fields }: Delivery, events: Event[]): Promise<boolean> {
      const taken = await insertNew(rows, [{ _id: id, ...fields, holder: FREE, outbox: events }]);
      return taken.length === 0;
    },

    async hasBytes(id: string): Promise<boolean> {
      return (await rows.countDocuments({ _id: id, body: { $type: 'string' } }, { limit: 1 })) === 1;
    },

    count: (endpointId: string, set: RecoverySet): Promise<number> => rows.countDocuments(ofSet(endpointId, set)),

    /** The next of a recovery, in order of time and id. */
    async candidates({ id, endpointId, cursor, ...set }: Recovery, limit: number): Promise<Candidate[]> {
      const behind =
        cursor === null
          ? {}
          : {
              $and: [
                {
                  $or: [
                    { createdAt: { $gt: cursor.createdAt } },
                    { createdAt: cursor.createdAt, _id: { $gt: cursor.id } },
                  ],
                },
              ],
            };
      const from = cursor === null ? set : { ...set, since: cursor.createdAt };
      return rows
        .find({ ...ofSet(endpointId, from, id), ...behind } as mongo.Filter<DeliveryRow>, {
          projection: { createdAt: 1 },
          sort: { createdAt: 1, _id: 1 },
          hint: NEWEST_INDEX,
          limit,
        })
        .toArray();
    },

    /** Each once in a recovery, however often this is called; answers how many of these it has sent again. */
    async recover({ id, ofStatus }: Recovery, ids: string[], due: Date | null): Promise<number> {
      await rows.updateMany({ _id: { $in: ids }, ...sendable, status: ofStatus, recovery: { $ne: id } }, [
        { $set: { ...again('recover', due), recovery: id } },
        { $unset: 'reason' },
      ]);
      return rows.countDocuments({ _id: { $in: ids }, recovery: id });
    },
  };
}

export type ResendStore = ReturnType<typeof resendStore>;
