import type { Event } from '@crossdock/contracts';
import { AppError, keyReused } from '@crossdock/kernel';
import { isDuplicateKey, type Relay } from '@crossdock/mongo';
import type { Connection, QueryFilter } from 'mongoose';
import type { Review } from '../domain/brake.ts';
import { NEXT_KIND, type Kind } from '../domain/kind.ts';
import type { EndStatus, Mark, SyncTask } from '../domain/sync-task.ts';
import { liveTasks, type RequestKey } from './live-tasks.ts';
import { LIVE, LIVE_INDEX, taskModel, taskOf, type TaskRow } from './task-rows.ts';

export interface LiveTasks {
  status: string;
  syncType: string;
  count: number;
}

type Filter = QueryFilter<TaskRow>;

/** A live task of these serves whoever asks for another. */
const ALWAYS_JOINED: readonly Kind[] = ['full', 'incremental'];
const KEY_KEPT_MS = 24 * 3_600_000;
/** What the index of keys is made of: without it a look for a key reads every task. */
const KEYED = { 'keys.0': { $exists: true } };
/** Ends of the live task between insert and read are met by trying again. */
const TRIES = 20;

/** Triggering, reading and cancelling; what a worker writes is in `task-claims.ts`. */
export function syncTaskStore(connection: Connection, relay: Relay) {
  const rows = taskModel(connection);

  const joinLive = liveTasks(rows);
  const told = (id: string) => relay.nudge(rows, id);

  async function byKey(request: RequestKey): Promise<SyncTask | null> {
    const row = await rows.findOne({ 'keys.key': request.key, ...KEYED }).lean<TaskRow>();
    if (row === null) return null;
    const known = row.keys.find(({ key }) => key === request.key);
    if (known?.bodyHash === request.bodyHash) return taskOf(row);
    throw keyReused();
  }

  /** A key that was used long ago is free again, whatever became of its task; the index still decides whose it is next. */
  async function freed({ key, at }: RequestKey): Promise<boolean> {
    const long = new Date(at.getTime() - KEY_KEPT_MS);
    const used = { key, at: { $not: { $gt: long } } };
    const { modifiedCount } = await rows.updateOne(
      { ...KEYED, createdAt: { $lte: long }, keys: { $elemMatch: used } } as Filter,
      { $pull: { keys: used } },
    );
    return modifiedCount === 1;
  }

  async function insert(task: SyncTask, events: Event[], request: RequestKey | null): Promise<boolean> {
    const { id, ...fields } = task;
    try {
      await rows.create({ ...fields, _id: id, keys: request === null ? [] : [request], outbox: events });
      told(id);
      return true;
    } catch (err) {
      if (isDuplicateKey(err)) return false;
      throw err;
    }
  }

  return {
    model: rows,

    /** The new task, or the one already there of its kind (or of its key); null when no more may wait in its stream. */
    async start(
      task: SyncTask,
      events: Event[],
      request: RequestKey | null,
    ): Promise<{ task: SyncTask; created: boolean } | null> {
      const kinds = [task.kind, NEXT_KIND[task.kind]].filter((kind) => kind !== undefined);
      for (let tries = 0; tries < TRIES; tries++) {
        for (const kind of kinds) {
          const candidate = { ...task, kind };
          const isNew =
            (await insert(candidate, events, request)) ||
            (request !== null && (await freed(request)) && (await insert(candidate, events, request)));
          if (isNew) return { task: candidate, created: true };
          try {
            const known = request && (await byKey(request));
            if (known) return { task: known, created: false };
            const joined = await joinLive(kind, task, request);
            if (joined) return { task: joined, created: false };
          } catch (err) {
            // Our key came in meanwhile: the next round finds it.
            if (!isDuplicateKey(err)) throw err;
          }
        }
        const full =
          !ALWAYS_JOINED.includes(task.kind) &&
          (await rows.countDocuments({ stream: task.stream, kind: { $in: kinds }, ...LIVE })) === kinds.length;
        if (full) return null;
      }
      throw new AppError('unavailable', '', '服务繁忙，请稍后重试', { retryAfterMs: 1_000 });
    },

    async get(tenant: string, connectorId: string, id: string): Promise<SyncTask | null> {
      const row = await rows.findOne({ _id: id, tenant, connectorId }).lean<TaskRow>();
      return row === null ? null : taskOf(row);
    },

    /** Newest first. */
    async list(
      filter: { tenant: string; connectorId: string; syncType?: string; status?: string },
      skip: number,
      limit: number,
    ) {
      const [items, total] = await Promise.all([
        rows
          .find(filter as Filter)
          .sort({ createdAt: -1, _id: -1 })
          .skip(skip)
          .limit(limit)
          .lean<TaskRow[]>(),
        rows.countDocuments(filter as Filter),
      ]);
      return { items: items.map(taskOf), total };
    },

    /** How many tasks are live, by status and type. */
    async countLive(): Promise<LiveTasks[]> {
      const by = { status: '$status', syncType: '$syncType' };
      const groups = await rows
        .aggregate<{ _id: { status: string; syncType: string }; count: number }>([
          { $match: LIVE },
          { $group: { _id: by, count: { $sum: 1 } } },
        ])
        .hint(LIVE_INDEX);
      return groups.map(({ _id, count }) => ({ ..._id, count }));
    },

    /** Live tasks of a connector that nobody ordered to end yet. */
    async unmarked(connectorId: string): Promise<SyncTask[]> {
      const found = await rows.find({ connectorId, mark: null, ...LIVE }).lean<TaskRow[]>();
      return found.map(taskOf);
    },

    /** Decides of held deletions; null when there are none open of that task. */
    async decide(id: string, decision: Exclude<Review['decision'], 'open'>, events: Event[]): Promise<SyncTask | null> {
      const row = await rows
        .findOneAndUpdate(
          { _id: id, 'review.decision': 'open' },
          { $set: { 'review.decision': decision }, $push: { outbox: { $each: events } } },
          { returnDocument: 'after' },
        )
        .lean<TaskRow>();
      if (row !== null) told(id);
      return row && taskOf(row);
    },

    /** All that were to carry out the held deletions of this task. */
    async removalsOf(id: string): Promise<SyncTask[]> {
      const found = await rows.find({ approves: { $eq: id, $type: 'string' } }).lean<TaskRow[]>();
      return found.map(taskOf);
    },

    /** What waits because its connector is paused, or its shop was closed, may be taken now. */
    async wakeWaiting(connectorId: string, reason: 'paused' | 'shop_closed'): Promise<void> {
      await rows.updateMany({ ...LIVE, connectorId, reason }, { $set: { notBefore: null } });
    },

    /** Ends a task that no holder has, as it was read; false when it is not queued, or was worked on since. */
    async endQueued(
      { id, page }: Pick<SyncTask, 'id' | 'page'>,
      end: { status: EndStatus; reason: string; completedAt: Date; total: number },
      events: Event[],
    ): Promise<boolean> {
      const { matchedCount } = await rows.updateOne(
        { _id: id, status: 'queued', page },
        { $set: end, $push: { outbox: { $each: events } } },
      );
      if (matchedCount === 1) told(id);
      return matchedCount === 1;
    },

    /** Orders a running task to end; false when it does not run. A second order changes nothing. */
    async mark(id: string, mark: Mark, events: Event[]): Promise<boolean> {
      const { matchedCount } = await rows.updateOne(
        { _id: id, status: 'running', mark: null },
        { $set: { mark }, $push: { outbox: { $each: events } } },
      );
      if (matchedCount === 1) told(id);
      return matchedCount === 1;
    },
  };
}

export type SyncTaskStore = ReturnType<typeof syncTaskStore>;
