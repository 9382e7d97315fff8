import type { Review } from './brake.ts';
import type { Kind, Mode } from './kind.ts';
import type { RowMark } from './row.ts';
import type { Window } from './window.ts';

export type Status = 'queued' | 'running' | 'completed' | 'failed' | 'cancelled';
export type EndStatus = Exclude<Status, 'queued' | 'running'>;
export type Trigger = 'manual' | 'schedule' | 'retry';

export const LEASE_MS = 8_000;
export const HEARTBEAT_MS = 2_000;
/** How long a holder has to obey a mark before anybody may. */
export const MARK_GRACE_MS = 2_000;
/** A document has 16 MB: a holder waits while more events than this are not at the broker yet. */
export const MAX_OUTBOX = 20;
/** Times a task may break for reasons of our own before it ends as failed. */
export const MAX_BREAKDOWNS = 8;

/** Rows counted once per task; `synced` are those now in step, `skipped` the share of them that needed no write. */
export interface Counters {
  synced: number;
  failed: number;
  skipped: number;
}

/** An order to a running task that its holder obeys before its next platform call. */
export interface Mark {
  reason: 'cancelled' | 'connector_deleted';
  at: Date;
}

/**
 * Where a holder goes on: a position in the platform's list; after a full list the scan over stored rows, then the
 * removal of what it found gone (the page before). Of a `records` task the ids wanted.
 */
export type Walk =
  | { phase: 'list'; position: unknown }
  | { phase: 'scan'; after: string | null }
  | { phase: 'remove'; after: number }
  | { phase: 'ids'; after: string | null }
  | { phase: 'done' };

/** What a `records` task reads: some ids, all that failed in another task, or some of these. */
export interface Wanted {
  ids: string[] | null;
  errorsOf: string | null;
}

export interface SyncTask {
  id: string;
  tenant: string;
  connectorId: string;
  platform: string;
  syncType: string;
  stream: string;
  kind: Kind;
  mode: Mode;
  trigger: Trigger;
  status: Status;
  /** A code, null when all is well. */
  reason: string | null;
  since: Date | null;
  /** Of the request that asked for it: what is done and told for the task belongs to that trace. */
  traceparent: string | null;
  createdAt: Date;
  /** The first fenced claim, by the clock of its holder: the next incremental cursor. */
  start: Date | null;
  completedAt: Date | null;
  /** The platform's count, null until it said one. */
  total: number | null;
  counters: Counters;
  /** Living rows that the scan asked for and the platform does not know. */
  gone: number;
  /** Deletions held back. */
  review: Review | null;
  /** Of a `records` task. */
  wanted: Wanted | null;
  /** Of a `removal`: the task whose held deletions it carries out. */
  approves: string | null;
  /** Checkpointed pages, list and scan numbered on. */
  page: number;
  walk: Walk;
  /** Bounds of the list, null until the first holder set them. */
  window: Window | null;
  claimId: string | null;
  fence: number | null;
  /** Holders that died, each with the last page it told: what they said of records on later ones counts nowhere. */
  dead: RowMark[];
  mark: Mark | null;
  /** Of the page it is at, that the platform failed; waiting adds none and takes none away. */
  tries: number;
  breakdowns: number;
  /** A waiting task is not taken before. */
  notBefore: Date | null;
}

const streamOf = (connectorId: string, syncType: string): string => `${connectorId}:${syncType}`;

export interface NewTask {
  id: string;
  tenant: string;
  connectorId: string;
  platform: string;
  syncType: string;
  kind: Kind;
  mode: Mode;
  since: Date | null;
  trigger: Trigger;
  traceparent: string | null;
  wanted?: Wanted;
  approves?: string;
}

const FIRST_WALK: Partial<Record<Kind, Walk>> = {
  records: { phase: 'ids', after: null },
  removal: { phase: 'remove', after: 0 },
};

export function newTask(request: NewTask, now: Date): SyncTask {
  return {
    ...request,
    stream: streamOf(request.connectorId, request.syncType),
    status: 'queued',
    reason: null,
    createdAt: now,
    start: null,
    completedAt: null,
    total: null,
    counters: { synced: 0, failed: 0, skipped: 0 },
    gone: 0,
    review: null,
    wanted: request.wanted ?? null,
    approves: request.approves ?? null,
    page: 0,
    walk: FIRST_WALK[request.kind] ?? { phase: 'list', position: null },
    window: null,
    claimId: null,
    fence: null,
    dead: [],
    mark: null,
    tries: 0,
    breakdowns: 0,
    notBefore: null,
  };
}

export const isLive = ({ status }: Pick<SyncTask, 'status'>): boolean => status === 'queued' || status === 'running';

/** Rows the platform returned, each once. */
export const countedOf = ({ counters }: Pick<SyncTask, 'counters'>): number => counters.synced + counters.failed;

/** While running the larger of the platform's count and what was counted; at the end exactly what was counted. */
export function totalOf(task: Pick<SyncTask, 'status' | 'total' | 'counters'>): number | null {
  const counted = countedOf(task);
  if (!isLive(task)) return counted;
  return task.total === null ? null : Math.max(task.total, counted);
}

/** What a reader of the task is told: a marked task is still running, and says that it is being ended. */
export function reasonOf({ status, reason, mark }: Pick<SyncTask, 'status' | 'reason' | 'mark'>): string | null {
  return status === 'running' && mark !== null ? 'cancelling' : reason;
}

export function durationSeconds({ start, completedAt }: Pick<SyncTask, 'start' | 'completedAt'>): number | null {
  if (start === null || completedAt === null) return null;
  return Math.max(0, Math.round((completedAt.getTime() - start.getTime()) / 1000));
}
