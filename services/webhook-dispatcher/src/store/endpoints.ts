import type { Event } from '@crossdock/contracts';
import { duplicateIndex, isDuplicateKey } from '@crossdock/mongo';
import type { Connection, Model, mongo } from 'mongoose';
import { type DisabledReason, type Endpoint, eventsKey } from '../domain/endpoint.ts';
import {
  asSealed,
  type EndpointRow,
  endpointSchema,
  fromRow,
  type Idempotency,
  SLOT_INDEX,
  TARGET_INDEX,
  toRow,
  unchangedSince,
} from './endpoint-row.ts';

type Created = 'created' | 'slot_taken' | 'target_taken' | 'key_taken';
type Changed = 'changed' | 'stale' | 'target_taken';

/** The fields that a change writes. */
export type EndpointPatch = Partial<Omit<Endpoint, 'id' | 'tenant' | 'connectorId' | 'revision'>>;

const NO_OUTBOX = { outbox: 0, relay: 0 } as const;

export function endpointStore(db: Connection) {
  const rows: Model<EndpointRow> = db.model<EndpointRow>('Endpoint', endpointSchema, 'endpoints');
  /** For what each delivery asks. */
  const native = rows.collection as unknown as mongo.Collection<EndpointRow>;
  const living = (tenant: string, connectorId: string) => ({ tenant, connectorId, deletedAt: null });

  return {
    model: rows,

    /** Unique indexes among the living decide which of several at once exists. */
    async create(endpoint: Endpoint, slot: number, idempotency: Idempotency | null, events: Event[]): Promise<Created> {
      try {
        await rows.create({ ...toRow(endpoint, slot, idempotency), outbox: events });
        return 'created';
      } catch (err) {
        if (!isDuplicateKey(err)) throw err;
        const index = duplicateIndex(err);
        if (index === SLOT_INDEX) return 'slot_taken';
        return index === TARGET_INDEX ? 'target_taken' : 'key_taken';
      }
    },

    /** What a create with this key made, deleted since or not. */
    async byIdempotencyKey(tenant: string, key: string): Promise<{ endpoint: Endpoint; bodyHash: string } | null> {
      const row = await rows.findOne({ tenant, 'idempotency.key': key }, NO_OUTBOX).lean<EndpointRow>();
      return row === null ? null : { endpoint: fromRow(row), bodyHash: row.idempotency?.bodyHash ?? '' };
    },

    /** Frees a key that a create before `before` used. */
    async releaseKey(tenant: string, key: string, before: Date): Promise<void> {
      await rows.updateOne(
        { tenant, 'idempotency.key': key, createdAt: { $lt: before } },
        { $set: { idempotency: null } },
      );
    },

    async usedSlots(tenant: string, connectorId: string): Promise<number[]> {
      const found = await rows.find(living(tenant, connectorId), { slot: 1 }).lean<EndpointRow[]>();
      return found.map(({ slot }) => slot);
    },

    async get(tenant: string, connectorId: string, id: string): Promise<Endpoint | null> {
      const row = await rows.findOne({ _id: id, ...living(tenant, connectorId) }, NO_OUTBOX).lean<EndpointRow>();
      return row === null ? null : fromRow(row);
    },

    /** Newest first, the living only. */
    async list(
      tenant: string,
      connectorId: string,
      skip: number,
      limit: number,
    ): Promise<{ items: Endpoint[]; total: number }> {
      const filter = living(tenant, connectorId);
      const [found, total] = await Promise.all([
        rows.find(filter, NO_OUTBOX).sort({ createdAt: -1, _id: -1 }).skip(skip).limit(limit).lean<EndpointRow[]>(),
        rows.countDocuments(filter),
      ]);
      return { items: found.map(fromRow), total };
    },

    /** All living ones of these connectors. */
    async ofConnectors(connectorIds: string[]): Promise<Endpoint[]> {
      const found = native.find({ connectorId: { $in: connectorIds }, deletedAt: null }, { projection: NO_OUTBOX });
      return (await found.toArray()).map(fromRow);
    },

    /** The connectors that have any. */
    async connectorIds(): Promise<string[]> {
      return rows.distinct('connectorId', { deletedAt: null });
    },

    /** Of all there ever were. */
    async idsOf(connectorIds: string[]): Promise<string[]> {
      const found = await rows.find({ connectorId: { $in: connectorIds } }, { _id: 1 }).lean<EndpointRow[]>();
      return found.map(({ _id }) => _id);
    },

    /** Deleted ones too. */
    async byIds(ids: string[]): Promise<Endpoint[]> {
      return (await native.find({ _id: { $in: ids } }, { projection: NO_OUTBOX }).toArray()).map(fromRow);
    },

    /** Wipes its secrets with it. False when it was changed or deleted before. */
    async delete({ id, revision }: Endpoint, at: Date, events: Event[]): Promise<boolean> {
      const { modifiedCount } = await rows.updateOne(
        { _id: id, deletedAt: null, ...unchangedSince(revision) },
        {
          $set: { deletedAt: at, secret: '', olderSecrets: [], headers: '', breaker: null },
          $push: { outbox: { $each: events } },
        },
      );
      return modifiedCount === 1;
    },

    /** Writes what a person changed, over exactly what that person saw. */
    async change(
      before: Endpoint,
      patch: EndpointPatch,
      rotation: Idempotency | null,
      events: Event[],
    ): Promise<Changed> {
      const { id, revision } = before;
      const sealed = patch.olderSecrets === undefined ? {} : asSealed(before);
      const fields = {
        ...patch,
        ...(patch.events && { eventsKey: eventsKey(patch.events) }),
        ...(rotation && { rotation }),
        revision: revision + 1,
      };
      try {
        const { modifiedCount } = await rows.updateOne(
          { _id: id, deletedAt: null, ...unchangedSince(revision), ...sealed },
          { $set: fields, $push: { outbox: { $each: events } } },
        );
        return modifiedCount === 1 ? 'changed' : 'stale';
      } catch (err) {
        if (duplicateIndex(err) === TARGET_INDEX) return 'target_taken';
        throw err;
      }
    },

    /** What last rotated its secret, null when nothing with a key did. */
    async rotation(id: string): Promise<Idempotency | null> {
      const row = await rows.findOne({ _id: id }, { rotation: 1 }).lean<EndpointRow>();
      return row?.rotation ?? null;
    },

    /** False when it was changed meanwhile or not enabled any more. */
    async disable({ id, revision }: Endpoint, reason: DisabledReason, events: Event[]): Promise<boolean> {
      const { modifiedCount } = await rows.updateOne(
        { _id: id, status: 'enabled', deletedAt: null, ...unchangedSince(revision) },
        {
          $set: { status: 'disabled', disabledReason: reason, revision: revision + 1 },
          $push: { outbox: { $each: events } },
        },
      );
      return modifiedCount === 1;
    },
  };
}

export type EndpointStore = ReturnType<typeof endpointStore>;
