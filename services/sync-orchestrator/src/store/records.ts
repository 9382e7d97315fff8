import { isDuplicateKey } from '@crossdock/mongo';
import { type RecordFields, type RecordRef, rowHash } from '@crossdock/platforms';
import type { Connection, mongo } from 'mongoose';
import type { Lapsed, StoredRow } from '../domain/row.ts';
import {
  countLive,
  externalIdOf,
  idOf,
  ofConnector,
  recordModel,
  refOf,
  type RecordContent,
  type RecordRow,
  untoldBy,
} from './record-rows.ts';

/** What writing one row does; `guard` and mark are those of the writing holder. */
export type RowWrite = { externalId: string; version: number } & (
  | { kind: 'insert' | 'update'; content: RecordContent }
  | { kind: 'retell' }
  | { kind: 'remove' }
);

/** Who writes: its fence guards and marks each row. */
export interface Writer {
  tenant: string;
  connectorId: string;
  fence: number;
  page: number;
  now: Date;
}

/** A stored row as the scan needs it; `madeAt` is its last change where the platform tells no more. */
export interface ScannedRow extends StoredRow {
  madeAt: Date | null;
}

const madeAt = ({ fields, sourceUpdatedAt }: RecordRow): Date | null => {
  const { created_at: made } = fields as { created_at?: string | null };
  return made ? new Date(made) : sourceUpdatedAt;
};

/** What deciding of a row takes; its mark only where a dead holder may have written. */
const DECISION = { hash: 1, digest: 1, version: 1, guard: 1, deletedAt: 1 };
const UNREAD = { fence: 0, page: 0 };
/** With the guard beside it the server would plan each update anew: a fifth of its cost. */
const BY_ID = { _id: 1 };

/** A row as read with or without its mark; earlier ones have no digest. */
type Read = Omit<RecordRow, 'mark' | 'digest'> & Partial<Pick<RecordRow, 'mark' | 'digest'>>;

function storedOf({ _id, hash, digest = null, version, guard, mark = UNREAD, deletedAt }: Read): StoredRow {
  return { externalId: externalIdOf(_id), hash, digest, version, guard, mark, deleted: deletedAt !== null };
}

const these = (connectorId: string, externalIds: string[]): mongo.Filter<RecordRow> => ({
  _id: { $in: externalIds.map((id) => idOf(connectorId, id)) },
});

/** Rows of one entity, on the native collection; every write is filtered by guard ≤ the writer's fence and sets it. */
export function recordStore(connection: Connection, entity: string) {
  const model = recordModel(connection, entity);
  const rows = () => model.collection as unknown as mongo.Collection<RecordRow>;

  function operation(
    write: RowWrite,
    { tenant, connectorId, fence, page, now }: Writer,
  ): mongo.AnyBulkWriteOperation<RecordRow> {
    const _id = idOf(connectorId, write.externalId);
    const mark = { fence, page };
    const stamp = { guard: fence, mark, version: write.version };
    if (write.kind === 'insert') {
      return {
        insertOne: {
          document: {
            _id,
            tenant,
            connectorId,
            externalId: write.externalId,
            ...stamp,
            ...write.content,
            syncedAt: now,
            deletedAt: null,
          },
        },
      };
    }
    const set = ($set: Partial<RecordRow>): mongo.AnyBulkWriteOperation<RecordRow> => ({
      updateOne: { filter: { _id, guard: { $lte: fence } }, update: { $set }, hint: BY_ID },
    });
    if (write.kind === 'retell') return set(stamp);
    if (write.kind === 'remove') return set({ ...stamp, deletedAt: now, syncedAt: now });
    return set({ ...stamp, ...write.content, syncedAt: now, deletedAt: null });
  }

  return {
    model,

    /** Those of the ids that are stored, with their marks or without. */
    async known(connectorId: string, externalIds: string[], marks: boolean): Promise<Map<string, StoredRow>> {
      const found = await rows()
        .find(these(connectorId, externalIds), {
          projection: marks ? { ...DECISION, mark: 1 } : DECISION,
          batchSize: externalIds.length + 1,
        })
        .toArray();
      return new Map(found.map((row) => [externalIdOf(row._id), storedOf(row as RecordRow)]));
    },

    /** The hash of what is stored of each, where none is stored: of rows with a digest. */
    async hashes(connectorId: string, externalIds: string[]): Promise<Map<string, string>> {
      if (externalIds.length === 0) return new Map();
      const found = await rows()
        .find(these(connectorId, externalIds), {
          projection: { fields: 1, sourceUpdatedAt: 1 },
          batchSize: externalIds.length + 1,
        })
        .toArray();
      return new Map(
        found.map(({ _id, fields, sourceUpdatedAt }) => [
          externalIdOf(_id),
          rowHash(fields as RecordFields, sourceUpdatedAt),
        ]),
      );
    },

    /**
     * Writes what it can. `lost` when a later holder was at one of the rows; `collided` are ids that somebody
     * inserted since they were read: to be read and decided again.
     */
    async write(writes: RowWrite[], writer: Writer): Promise<{ lost: boolean; collided: string[] }> {
      if (writes.length === 0) return { lost: false, collided: [] };
      const updates = writes.filter(({ kind }) => kind !== 'insert').length;
      try {
        const result = await rows().bulkWrite(
          writes.map((write) => operation(write, writer)),
          { ordered: false },
        );
        return { lost: result.matchedCount < updates, collided: [] };
      } catch (err) {
        const { writeErrors, result } = err as mongo.MongoBulkWriteError;
        const faults = [writeErrors ?? []].flat();
        if (faults.length === 0 || !faults.every(isDuplicateKey)) throw err;
        return {
          lost: (result?.matchedCount ?? 0) < updates,
          collided: faults.map(({ index }) => writes[index]!.externalId),
        };
      }
    },

    /** Raises the guard of rows found in step; those not matched changed since they were read and stand in the answer's ids again. */
    async raiseGuard(connectorId: string, met: StoredRow[], fence: number): Promise<boolean> {
      if (met.length === 0) return true;
      const result = await rows().bulkWrite(
        met.map(({ externalId, version, mark }) => ({
          updateOne: {
            filter: { _id: idOf(connectorId, externalId), guard: { $lte: fence }, version, mark },
            update: { $set: { guard: fence } },
            hint: BY_ID,
          },
        })),
        { ordered: false },
      );
      return result.matchedCount === met.length;
    },

    /** Ids of stored rows in their order, tombstones too: read from the index alone. */
    async idsAfter(connectorId: string, after: string | null, limit: number): Promise<string[]> {
      const { _id } = ofConnector(connectorId);
      const from = after === null ? _id.$gt : idOf(connectorId, after);
      const found = await rows()
        .find({ _id: { ..._id, $gt: from } }, { projection: { _id: 1 } })
        .sort({ _id: 1 })
        .limit(limit)
        .batchSize(limit + 1)
        .toArray();
      return found.map((row) => externalIdOf(row._id));
    },

    /** Those of the ids that are stored, in id order, as a scan looks at them. */
    async scanned(connectorId: string, externalIds: string[]): Promise<ScannedRow[]> {
      if (externalIds.length === 0) return [];
      const found = await rows()
        .find(these(connectorId, externalIds), {
          projection: { ...DECISION, mark: 1, sourceUpdatedAt: 1, 'fields.created_at': 1 },
        })
        .sort({ _id: 1 })
        .batchSize(externalIds.length + 1)
        .toArray();
      return found.map((row) => ({ ...storedOf(row as RecordRow), madeAt: madeAt(row as RecordRow) }));
    },

    /** What to ask the platform for these ids with, of those that are stored. */
    async refs(connectorId: string, externalIds: string[]): Promise<Map<string, RecordRef>> {
      if (externalIds.length === 0) return new Map();
      const found = await rows()
        .find(these(connectorId, externalIds), {
          projection: { externalId: 1, 'fields.product_id': 1, 'fields.order_id': 1 },
          batchSize: externalIds.length + 1,
        })
        .toArray();
      return new Map(found.map(({ externalId, fields }) => [externalId, refOf(externalId, fields)]));
    },

    /** Rows whose writer died before telling them: a page of each, found by a look at every row of the connector. */
    async untold(connectorId: string, lapsed: Lapsed[]): Promise<StoredRow[]> {
      if (lapsed.length === 0) return [];
      const found = await rows()
        .find({ ...ofConnector(connectorId), $or: untoldBy(lapsed) }, { projection: DECISION })
        .toArray();
      return found.map(storedOf);
    },

    async isEmpty(connectorId: string): Promise<boolean> {
      return (await rows().findOne(ofConnector(connectorId), { projection: { _id: 1 } })) === null;
    },

    countLive: (connectorId: string): Promise<number> => countLive(rows(), connectorId),

    countCreatedSince: (connectorId: string, since: Date): Promise<number> =>
      rows().countDocuments({ connectorId, deletedAt: null, 'fields.created_at': { $gte: since.toISOString() } }),
  };
}

export type RecordStore = ReturnType<typeof recordStore>;
