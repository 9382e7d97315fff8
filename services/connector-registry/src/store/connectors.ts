import type { Event } from '@crossdock/contracts';
import { duplicateIndex, isDuplicateKey, markSeen, unseen } from '@crossdock/mongo';
import type { Connection, Model, QueryFilter } from 'mongoose';
import type { Connector } from '../domain/connector.ts';
import type { ConnectorStatus } from '../domain/status.ts';
import { callRecords } from './call-records.ts';
import {
  type ConnectorRow,
  connectorSchema,
  fromRow,
  type Idempotency,
  INTERNAL,
  living,
  SHOP_INDEX,
  SLOT_INDEX,
} from './connector-row.ts';
import { credentialLeases } from './credential-leases.ts';

/** Fields a change may set; version and time come with every change. */
export type ConnectorPatch = Partial<
  Omit<Connector, 'id' | 'tenant' | 'platform' | 'shopId' | 'slot' | 'version' | 'exchangeFence' | 'createdAt'>
>;

export interface ListFilter {
  status?: ConnectorStatus;
  platform?: string;
}

type Created = 'created' | 'slot_taken' | 'shop_taken' | 'key_taken';

export function connectorStore(db: Connection) {
  const rows: Model<ConnectorRow> = db.model<ConnectorRow>('Connector', connectorSchema, 'connectors');

  return {
    model: rows,

    /** Unique indexes among the living decide which of several at once exists. */
    async create(connector: Connector, idempotency: Idempotency | null, events: Event[]): Promise<Created> {
      const { id, ...fields } = connector;
      try {
        await rows.create({ ...fields, _id: id, idempotency, outbox: events });
        return 'created';
      } catch (err) {
        if (!isDuplicateKey(err)) throw err;
        const index = duplicateIndex(err);
        if (index === SLOT_INDEX) return 'slot_taken';
        return index === SHOP_INDEX ? 'shop_taken' : 'key_taken';
      }
    },

    /** Deleted ones too. */
    async get(tenant: string, id: string): Promise<Connector | null> {
      return fromRow(await rows.findOne({ _id: id, tenant }, INTERNAL).lean<ConnectorRow>());
    },

    /** What a create with this key made, and for which body. */
    async byIdempotencyKey(tenant: string, key: string): Promise<{ connector: Connector; bodyHash: string } | null> {
      const row = await rows.findOne({ tenant, 'idempotency.key': key, deletedAt: null }).lean<ConnectorRow>();
      const connector = fromRow(row);
      return row === null || connector === null ? null : { connector, bodyHash: row.idempotency?.bodyHash ?? '' };
    },

    /** Frees a key that a create before `before` used. */
    async releaseKey(tenant: string, key: string, before: Date): Promise<void> {
      await rows.updateOne(
        { tenant, 'idempotency.key': key, createdAt: { $lt: before } },
        { $set: { idempotency: null } },
      );
    },

    async usedSlots(tenant: string): Promise<number[]> {
      return (await rows.find({ tenant, deletedAt: null }, { slot: 1 }).lean<ConnectorRow[]>()).map(({ slot }) => slot);
    },

    async shopExists(tenant: string, platform: string, shopId: string): Promise<boolean> {
      return (await rows.exists({ tenant, platform, shopId, deletedAt: null })) !== null;
    },

    /** Newest first, the living only. */
    async list(
      tenant: string,
      { status, platform }: ListFilter,
      skip: number,
      limit: number,
    ): Promise<{ items: Connector[]; total: number }> {
      const filter: QueryFilter<ConnectorRow> = {
        tenant,
        deletedAt: null,
        ...(status !== undefined && { status }),
        ...(platform !== undefined && { platform }),
      };
      const [found, total] = await Promise.all([
        rows.find(filter, INTERNAL).sort({ _id: -1 }).skip(skip).limit(limit).lean<ConnectorRow[]>(),
        rows.countDocuments(filter),
      ]);
      return { items: found.flatMap((row) => fromRow(row) ?? []), total };
    },

    /**
     * One change with its events, of the connector exactly as it was read; null when it has moved on (or was deleted) since.
     * With an event id the change is that event's effect, which comes once.
     */
    async change(
      before: Connector,
      patch: ConnectorPatch,
      events: Event[],
      at: Date,
      eventId?: string,
    ): Promise<Connector | null> {
      const { id, tenant, version, credentialVersion, exchangeFence, lastSync } = before;
      const asRead = { version, credentialVersion, exchangeFence, 'lastSync.taskId': lastSync?.taskId ?? null };
      // Its secrets may have been put under another key meanwhile, which is no change of the connector.
      const asSealed = patch.config !== undefined && { config: before.config };
      const handled = eventId !== undefined;
      const row = await rows.findOneAndUpdate(
        { ...living(tenant, id), ...asRead, ...asSealed, ...(handled && unseen(eventId)) },
        {
          $set: { ...patch, version: version + 1, updatedAt: at },
          $push: { outbox: { $each: events }, ...(handled && markSeen(eventId)) },
        },
        { returnDocument: 'after', projection: INTERNAL, lean: true },
      );
      return fromRow(row as ConnectorRow | null);
    },

    /** What an ended sync leaves that nobody is told of; false when the connector has moved on since it was read. */
    async recordSync(
      { tenant, id, version, lastSync }: Connector,
      patch: Pick<ConnectorPatch, 'statistics' | 'lastSync' | 'streak'>,
      eventId: string,
    ): Promise<boolean> {
      const asRead = { version, 'lastSync.taskId': lastSync?.taskId ?? null };
      const { matchedCount } = await rows.updateOne(
        { ...living(tenant, id), ...asRead, ...unseen(eventId) },
        { $set: patch, $push: markSeen(eventId) },
      );
      return matchedCount === 1 || (await rows.exists({ ...living(tenant, id), seen: eventId })) !== null;
    },

    /** Announces an exchange: from now on no earlier one can store. Null when there is no such living connector. */
    async beginExchange(tenant: string, id: string): Promise<Connector | null> {
      const row = await rows.findOneAndUpdate(
        living(tenant, id),
        { $inc: { exchangeFence: 1 } },
        { returnDocument: 'after', projection: INTERNAL, lean: true },
      );
      return fromRow(row as ConnectorRow | null);
    },

    /** Forgets connectors deleted before `before`, all told of, at most `limit`; answers how many. */
    async purge(before: Date, limit: number): Promise<number> {
      const gone = { deletedAt: { $type: 'date' as const, $lt: before }, 'outbox.0': { $exists: false } };
      const ids = await rows.find(gone, { _id: 1 }).sort({ deletedAt: 1 }).limit(limit).lean();
      const { deletedCount } = await rows.deleteMany({ _id: { $in: ids.map(({ _id }) => _id) }, ...gone });
      return deletedCount;
    },

    ...credentialLeases(rows),
    ...callRecords(rows),
  };
}

export type ConnectorStore = ReturnType<typeof connectorStore>;
