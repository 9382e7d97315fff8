export const CONNECTOR_STATUSES = ['pending', 'connected', 'running', 'error'] as const;

export type ConnectorStatus = (typeof CONNECTOR_STATUSES)[number];

/** What can happen to a connector's state. */
export type StatusCause =
  /** The merchant authorised it. */
  | 'authorized'
  /** A sync took its credential. */
  | 'syncing'
  /** The platform refused it for good. */
  | 'refused'
  /** Its app key or secret was changed: what was authorised belongs to another app. */
  | 'app_changed';

/** Every legal move; a cause without an entry changes nothing. */
const MOVES: Record<ConnectorStatus, Partial<Record<StatusCause, ConnectorStatus>>> = {
  pending: { authorized: 'connected', app_changed: 'pending' },
  connected: { authorized: 'connected', syncing: 'running', refused: 'error', app_changed: 'pending' },
  running: { authorized: 'running', refused: 'error', app_changed: 'pending' },
  error: { authorized: 'connected', app_changed: 'error' },
};

/** Where a cause leads from here, or null when it means nothing here. */
export const statusAfter = (status: ConnectorStatus, cause: StatusCause): ConnectorStatus | null =>
  MOVES[status][cause] ?? null;

/** Whether the connector's credential may be used. */
export const isAuthorized = (status: ConnectorStatus): boolean => status === 'connected' || status === 'running';
