import type { StatusReason } from './status-reasons.ts';

export const CONNECTOR_STATUSES = ['pending', 'connected', 'running', 'error'] as const;

export type ConnectorStatus = (typeof CONNECTOR_STATUSES)[number];

/** Where a connector stands: its status, but a paused one (`connected` with a reason, to the outside) and a deleted one stand apart. */
export type Stage = ConnectorStatus | 'paused' | 'deleted';

/** What can happen to a connector. */
export type StatusCause =
  /** The merchant authorised it. */
  | 'authorized'
  /** A sync took its credential. */
  | 'syncing'
  /** The platform refused it for good, or its credential ended. */
  | 'refused'
  /** Its app key or secret was changed: what was authorised belongs to another app. */
  | 'app_changed'
  /** Something is worth telling of, or is over, while it goes on. */
  | 'advised'
  /** Somebody paused it. */
  | 'paused'
  /** It failed too often. */
  | 'auto_paused'
  | 'resumed'
  | 'deleted';

/** Every legal move; a cause without an entry changes nothing. */
const MOVES: Record<Stage, Partial<Record<StatusCause, Stage>>> = {
  pending: { authorized: 'connected', app_changed: 'pending', deleted: 'deleted' },
  connected: {
    authorized: 'connected',
    syncing: 'running',
    refused: 'error',
    app_changed: 'pending',
    advised: 'connected',
    paused: 'paused',
    auto_paused: 'paused',
    deleted: 'deleted',
  },
  running: {
    authorized: 'running',
    refused: 'error',
    app_changed: 'pending',
    advised: 'running',
    paused: 'paused',
    auto_paused: 'paused',
    deleted: 'deleted',
  },
  paused: {
    authorized: 'paused',
    refused: 'error',
    app_changed: 'pending',
    resumed: 'connected',
    deleted: 'deleted',
  },
  error: { authorized: 'connected', app_changed: 'error', deleted: 'deleted' },
  deleted: {},
};

/** Where a cause leads from here, or null when it means nothing here. */
export const stageAfter = (stage: Stage, cause: StatusCause): Stage | null => MOVES[stage][cause] ?? null;

interface State {
  status: ConnectorStatus;
  statusReason: StatusReason | null;
  heldPause: StatusReason | null;
  deletedAt: Date | null;
}

const PAUSES: readonly (StatusReason | null)[] = ['paused', 'auto_paused'];

export function stageOf({ status, statusReason, deletedAt }: State): Stage {
  if (deletedAt !== null) return 'deleted';
  return status === 'connected' && PAUSES.includes(statusReason) ? 'paused' : status;
}

/** The status a stage shows; of a deleted connector the last one. */
const statusOf = (stage: Stage, before: ConnectorStatus): ConnectorStatus =>
  stage === 'paused' ? 'connected' : stage === 'deleted' ? before : stage;

/** What a cause makes of a connector's status, reason and held pause, or null when it means nothing here. */
export function moved(
  before: State,
  cause: StatusCause,
  reason: StatusReason | null,
): Pick<State, 'status' | 'statusReason' | 'heldPause'> | null {
  const stage = stageOf(before);
  const next = stageAfter(stage, cause);
  if (next === null) return null;
  const pause = stage === 'paused' ? before.statusReason : before.heldPause;
  // Who authorises a paused connector again has not resumed it, whether its grant was lost meanwhile, its app changed, or neither.
  if (cause === 'authorized' && pause !== null) return { status: 'connected', statusReason: pause, heldPause: null };
  const heldPause = next === 'error' || next === 'pending' ? pause : null;
  return { status: statusOf(next, before.status), statusReason: reason, heldPause };
}

/** Whether the connector's credential may be used. */
export const isAuthorized = (status: ConnectorStatus): boolean => status === 'connected' || status === 'running';
