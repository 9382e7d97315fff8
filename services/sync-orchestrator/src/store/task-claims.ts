import type { Event } from '@crossdock/contracts';
import { isDuplicateKey, type Relay } from '@crossdock/mongo';
import type { Connection, mongo } from 'mongoose';
import type { Review } from '../domain/brake.ts';
import {
  LEASE_MS,
  MARK_GRACE_MS,
  type Counters,
  type EndStatus,
  type Mark,
  type SyncTask,
  type Walk,
} from '../domain/sync-task.ts';
import type { Window } from '../domain/window.ts';
import { taskModel, taskOf, type TaskRow } from './task-rows.ts';

/** A running task in somebody's hands: every later write on it is filtered by these. */
export interface Hold {
  id: string;
  claimId: string;
  fence: number;
  /** From a page's first write until its checkpoint is known to stand: rows may have been written that nobody was told of. */
  inPage: boolean;
}

/** What a claim found: the task as it was, and from which page on its last holder told nothing (null when nobody held it, or who did gave it back with everything told). */
export interface Claimed {
  claimId: string;
  task: SyncTask;
  lapsed: { fence: number; page: number } | null;
}

/** What a holder must know before each page. */
export interface Look {
  mark: Mark | null;
  outboxSize: number;
}

export interface Checkpoint {
  page: number;
  walk: Walk;
  counters: Counters;
  total: number | null;
  gone: number;
  tries: number;
  breakdowns: number;
}

const CANDIDATES = 100;
const LOOK = { _id: 0, mark: 1, outboxSize: { $size: '$outbox' } };

/**
 * The writes of claiming, holding and ending a task (the sequence and filters are model-checked: change none lightly).
 * On the native collection: casting would cost as much as the rest on every page.
 */
export function taskClaimStore(connection: Connection, relay: Relay) {
  const model = taskModel(connection);
  const rows = model.collection as unknown as mongo.Collection<TaskRow>;
  type Filter = mongo.Filter<TaskRow>;

  const held = ({ id, claimId, fence }: Hold): Filter => ({ _id: id, status: 'running', claimId, fence });

  /** Queued and due; or its lease is over; or marked long enough ago, and claimed before the mark. */
  const takeable = (now: Date): Filter => ({
    $or: [
      { status: 'queued', $or: [{ notBefore: null }, { notBefore: { $lte: now } }] },
      { status: 'running', leaseUntil: { $lt: now } },
      {
        status: 'running',
        'mark.at': { $lte: new Date(now.getTime() - MARK_GRACE_MS) },
        $expr: { $lt: ['$claimedAt', '$mark.at'] },
      },
    ],
  });

  const changeOf = (change: mongo.UpdateFilter<TaskRow>, events: Event[]): mongo.UpdateFilter<TaskRow> => ({
    ...change,
    ...(events.length > 0 && { $push: { outbox: { $each: events } } }),
  });

  async function update(
    filter: Filter,
    change: mongo.UpdateFilter<TaskRow>,
    id: string,
    events: Event[],
  ): Promise<boolean> {
    const { matchedCount } = await rows.updateOne(filter, changeOf(change, events));
    if (matchedCount === 1 && events.length > 0) relay.nudge(model, id, events);
    return matchedCount === 1;
  }

  return {
    /** Ids that may be taken now, oldest first. */
    async candidates(now: Date): Promise<string[]> {
      const found = await rows
        .find(takeable(now), { projection: { _id: 1 } })
        .sort({ createdAt: 1 })
        .limit(CANDIDATES)
        .toArray();
      return found.map((row) => row._id);
    },

    /** Null when somebody else took it, or another task of its stream runs. */
    async claim(id: string, claimId: string, now: Date): Promise<Claimed | null> {
      try {
        const before = await rows.findOneAndUpdate(
          { _id: id, ...takeable(now) },
          { $set: { status: 'running', claimId, claimedAt: now, leaseUntil: new Date(now.getTime() + LEASE_MS) } },
          { returnDocument: 'before' },
        );
        if (before === null) return null;
        const lapsed = before.fence === null ? null : { fence: before.fence, page: before.page };
        return { claimId, task: taskOf(before), lapsed };
      } catch (err) {
        if (isDuplicateKey(err)) return null;
        throw err;
      }
    },

    /** The task under its new fence; start and window stay those of the first holder. Null when the claim is no longer ours. */
    async fence(
      { task, claimId, lapsed }: Claimed,
      fence: number,
      begin: { start: Date; window: Window },
    ): Promise<{ task: SyncTask; look: Look } | null> {
      const died = lapsed === null ? [] : [{ fence: lapsed.fence, page: lapsed.page }];
      const dead = { $setUnion: [{ $ifNull: ['$dead', []] }, { $literal: died }] };
      const first = {
        start: { $ifNull: ['$start', begin.start] },
        window: { $ifNull: ['$window', { $literal: begin.window }] },
      };
      const row = await rows.findOneAndUpdate(
        { _id: task.id, status: 'running', claimId },
        [{ $set: { fence, reason: null, dead, ...first } }],
        { returnDocument: 'after' },
      );
      return row === null ? null : { task: taskOf(row), look: { mark: row.mark, outboxSize: row.outbox.length } };
    },

    /** Holds on for another lease; the mark if there is one, null when the hold is lost. */
    async heartbeat({ id, claimId }: Hold, now: Date): Promise<{ mark: Mark | null } | null> {
      const row = await rows.findOneAndUpdate(
        { _id: id, status: 'running', claimId },
        { $set: { leaseUntil: new Date(now.getTime() + LEASE_MS) } },
        { projection: { mark: 1 }, returnDocument: 'after' },
      );
      return row === null ? null : { mark: row.mark };
    },

    /** Null when the hold is lost. */
    look: (hold: Hold): Promise<Look | null> => rows.findOne<Look>(held(hold), { projection: LOOK }),

    /** As `look` sees it then. What the last page tells is published with the end, which follows at once. */
    async checkpoint(hold: Hold, at: Checkpoint, events: Event[]): Promise<Look | null> {
      const seen = await rows.findOneAndUpdate(held(hold), changeOf({ $set: at }, events), {
        projection: LOOK,
        returnDocument: 'after',
      });
      if (seen !== null && events.length > 0 && at.walk.phase !== 'done') relay.nudge(model, hold.id, events);
      return seen as Look | null;
    },

    /** Back to waiting, only between pages: all is told, and who goes on need not doubt this holder's rows. False when marked or lost. */
    wait: (hold: Hold, waiting: Pick<SyncTask, 'reason' | 'tries'> & { notBefore: Date }): Promise<boolean> =>
      update(
        { ...held(hold), mark: null },
        {
          $set: {
            status: 'queued',
            claimId: null,
            leaseUntil: null,
            ...waiting,
            fence: null,
          },
        },
        hold.id,
        [],
      ),

    /** After a breakdown of our own: the lease ends at `until`, and the next holder treats this one as dead. */
    breakDown: (hold: Hold, until: Date): Promise<boolean> =>
      update(held(hold), { $set: { leaseUntil: until }, $inc: { breakdowns: 1 } }, hold.id, []),

    /** Not while a mark stands: then the task ends as cancelled. */
    end: (
      hold: Hold,
      end: { status: EndStatus; reason: string | null; completedAt: Date; total: number; review: Review | null },
      events: Event[],
    ): Promise<boolean> =>
      update({ ...held(hold), mark: null }, { $set: { ...end, claimId: null, leaseUntil: null } }, hold.id, events),

    /** Obeys a mark, or finds the connector gone. */
    endCancelled: (
      { id, claimId }: Hold,
      end: { reason: string; completedAt: Date; total: number },
      events: Event[],
    ): Promise<boolean> =>
      update(
        { _id: id, status: 'running', claimId },
        { $set: { ...end, status: 'cancelled', claimId: null, leaseUntil: null } },
        id,
        events,
      ),
  };
}

export type TaskClaimStore = ReturnType<typeof taskClaimStore>;
