import type { Event } from '@crossdock/contracts';
import { duplicateIndex, isDuplicateKey, markSeen, unseen } from '@crossdock/mongo';
import type { Connection, Model, QueryFilter } from 'mongoose';
import type { Call, Connector, Credential, Statistics } from '../domain/connector.ts';
import type { ConnectorStatus } from '../domain/status.ts';
import { CALLS_KEPT } from '../domain/health.ts';
import { type ConnectorRow, connectorSchema, type Idempotency, SHOP_INDEX, SLOT_INDEX } from './connector-row.ts';

/** Fields a change may set; version and time come with every change. */
export type ConnectorPatch = Partial<
  Omit<Connector, 'id' | 'tenant' | 'platform' | 'shopId' | 'slot' | 'version' | 'exchangeFence' | 'createdAt'>
>;

export interface ListFilter {
  status?: ConnectorStatus;
  platform?: string;
}

type Created = 'created' | 'slot_taken' | 'shop_taken' | 'key_taken';

/** What stays unsaid to the outside. */
const INTERNAL: Record<string, 0> = { outbox: 0, relay: 0, seen: 0, idempotency: 0, refresh: 0, lastSync: 0 };

export function connectorStore(db: Connection) {
  const rows: Model<ConnectorRow> = db.model<ConnectorRow>('Connector', connectorSchema, 'connectors');
  const living = (tenant: string, id: string) => ({ _id: id, tenant, deletedAt: null });

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

    /** One change with its events, of the connector exactly as it was read; null when it has moved on (or was deleted) since. */
    async change(before: Connector, patch: ConnectorPatch, events: Event[], at: Date): Promise<Connector | null> {
      const { id, tenant, version, credentialVersion, exchangeFence } = before;
      const row = await rows.findOneAndUpdate(
        { ...living(tenant, id), version, credentialVersion, exchangeFence },
        { $set: { ...patch, version: version + 1, updatedAt: at }, $push: { outbox: { $each: events } } },
        { returnDocument: 'after', projection: INTERNAL, lean: true },
      );
      return fromRow(row as ConnectorRow | null);
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

    /** The fence under which this version of the credential may be refreshed, or null while somebody else does (or it has moved on). */
    async claimRefresh({ tenant, id, credentialVersion }: Connector, now: Date, until: Date): Promise<number | null> {
      const row = (await rows.findOneAndUpdate(
        { ...living(tenant, id), credentialVersion, credential: { $ne: null }, 'refresh.until': { $lt: now } },
        { $set: { 'refresh.until': until }, $inc: { 'refresh.fence': 1 } },
        { returnDocument: 'after', projection: { refresh: 1 }, lean: true },
      )) as ConnectorRow | null;
      return row?.refresh.fence ?? null;
    },

    /** Stores what a refresh brought and ends its lease; null when the fence or the credential moved on. */
    async storeRefreshed(
      { tenant, id, credentialVersion }: Connector,
      fence: number,
      credential: Credential,
    ): Promise<Connector | null> {
      const row = await rows.findOneAndUpdate(
        { ...living(tenant, id), credentialVersion, 'refresh.fence': fence },
        { $set: { credential, credentialVersion: credentialVersion + 1, 'refresh.until': new Date(0) } },
        { returnDocument: 'after', projection: INTERNAL, lean: true },
      );
      return fromRow(row as ConnectorRow | null);
    },

    /** Gives the lease back; the next try is not before `until`. */
    async releaseRefresh({ tenant, id }: Connector, fence: number, until: Date): Promise<void> {
      await rows.updateOne({ _id: id, tenant, 'refresh.fence': fence }, { $set: { 'refresh.until': until } });
    },

    /** Keeps the newest outcomes; nothing when the credential they were made with is not the current one. */
    async recordCalls({ tenant, id, credentialVersion }: Connector, calls: Call[]): Promise<void> {
      await rows.updateOne(
        { ...living(tenant, id), credentialVersion },
        { $push: { calls: { $each: calls, $slice: -CALLS_KEPT } } },
      );
    },

    /** False when the event was handled before, or a later sync is already told of, or there is no such living connector. */
    async recordSync(
      tenant: string,
      id: string,
      eventId: string,
      order: { completedAt: Date; taskId: string },
      statistics: Statistics,
    ): Promise<boolean> {
      const { completedAt, taskId } = order;
      const newer = {
        $or: [
          { lastSync: null },
          { 'lastSync.completedAt': { $lt: completedAt } },
          { 'lastSync.completedAt': completedAt, 'lastSync.taskId': { $lt: taskId } },
        ],
      };
      const { matchedCount } = await rows.updateOne(
        { ...living(tenant, id), ...unseen(eventId), ...newer },
        { $set: { statistics, lastSync: order }, $push: markSeen(eventId) },
      );
      return matchedCount === 1;
    },
  };
}

export type ConnectorStore = ReturnType<typeof connectorStore>;

function fromRow(row: ConnectorRow | null): Connector | null {
  if (row === null) return null;
  const {
    _id,
    outbox: _outbox,
    relay: _relay,
    seen: _seen,
    idempotency: _key,
    refresh: _refresh,
    lastSync: _sync,
    ...connector
  } = row;
  return { id: _id, ...connector };
}
