import type { Model, QueryFilter } from 'mongoose';
import { SCOPES, type Kind } from '../domain/kind.ts';
import type { SyncTask } from '../domain/sync-task.ts';
import { LIVE, taskOf, type TaskRow } from './task-rows.ts';

/** A caller's idempotency key, made unique across tenants and routes, and the hash of what it asked for. */
export interface RequestKey {
  key: string;
  bodyHash: string;
  at: Date;
}

type Filter = QueryFilter<TaskRow>;

/** Of a `records` task. */
const MOST_IDS = 1_000;

/** Lets a request share the live task that serves it, each by one filtered update; null when there is none. */
export function liveTasks(rows: Model<TaskRow>) {
  /** One update of the live task: adds the key, and wakes it when it waits for a later time. */
  async function join(filter: Filter, request: RequestKey | null, more: object = {}): Promise<SyncTask | null> {
    const update = { $set: { notBefore: null }, ...(request && { $push: { keys: request } }), ...more };
    const row = await rows
      .findOneAndUpdate({ ...LIVE, ...filter } as Filter, update, { returnDocument: 'after' })
      .lean<TaskRow>();
    return row === null ? null : taskOf(row);
  }

  /** A `since` widens a task that has not begun; one that began serves only what is not older than its own. */
  async function joinSince(kind: Kind, task: SyncTask, request: RequestKey | null): Promise<SyncTask | null> {
    const waiting = await join({ stream: task.stream, kind, status: 'queued', start: null }, request, {
      $min: { since: task.since },
    });
    return waiting ?? join({ stream: task.stream, kind, since: { $lte: task.since } }, request);
  }

  /** Ids for a `records` task that has not begun; one that reads another task's errors takes none. */
  const joinRecords = (kind: Kind, task: SyncTask, request: RequestKey | null): Promise<SyncTask | null> =>
    task.wanted?.ids
      ? join(
          {
            stream: task.stream,
            kind,
            status: 'queued',
            start: null,
            [`wanted.ids.${MOST_IDS - task.wanted.ids.length}`]: { $exists: false },
            'wanted.ids.0': { $exists: true },
            'wanted.errorsOf': task.wanted.errorsOf,
          },
          request,
          { $addToSet: { 'wanted.ids': { $each: task.wanted.ids } } },
        )
      : join(
          {
            stream: task.stream,
            kind,
            'wanted.ids': null,
            'wanted.errorsOf': task.wanted?.errorsOf ?? null,
          },
          request,
        );

  return function joinLive(kind: Kind, task: SyncTask, request: RequestKey | null): Promise<SyncTask | null> {
    if (kind === 'since' || kind === 'since_next') return joinSince(kind, task, request);
    if (SCOPES[kind] === 'records') return joinRecords(kind, task, request);
    if (kind === 'removal') return join({ stream: task.stream, kind, approves: task.approves }, request);
    return join({ stream: task.stream, kind }, request);
  };
}
