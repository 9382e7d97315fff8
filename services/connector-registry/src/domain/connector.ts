import type { Standing } from './standing.ts';
import type { ConnectorStatus } from './status.ts';
import type { StatusReason } from './status-reasons.ts';
import type { Streak } from './streak.ts';

/** A link of one tenant to one shop on a platform. */
export interface Connector {
  id: string;
  tenant: string;
  name: string;
  platform: string;
  shopId: string;
  /** '' until the platform told it. */
  shopName: string;
  status: ConnectorStatus;
  /** Null when all is well. */
  statusReason: StatusReason | null;
  /** The pause that an error, or a wait for an authorisation, took the place of: it stands again with the next one. */
  heldPause: StatusReason | null;
  /** Identifiers as they are, secrets sealed. */
  config: Record<string, string>;
  /** Grows when the app behind the connector changes: authorisations begun before do not count. */
  configVersion: number;
  syncIntervalMinutes: number;
  /** The place among the tenant's living connectors that its quota allows: 1 … limit. */
  slot: number;
  /** Grows with every change told to others. */
  version: number;
  /** Grows with what people edit. */
  revision: number;
  credential: Credential | null;
  /** Grows with every new credential, never back; 0 before the first. */
  credentialVersion: number;
  authorization: Authorization | null;
  /** Grows with every exchange of a code that begins: only the newest may store its credential. */
  exchangeFence: number;
  statistics: Statistics;
  /** The sync that statistics and streak tell of last; an older one never comes after it. */
  lastSync: { completedAt: Date; taskId: string } | null;
  streak: Streak;
  /** The last outcomes of platform calls, oldest first. */
  calls: Call[];
  /** What the calls come to; null before the first one under this authorisation. */
  standing: Standing | null;
  /** When the platform is asked next whether all is well; null before the first authorisation. */
  nextProbeAt: Date | null;
  createdAt: Date;
  updatedAt: Date;
  deletedAt: Date | null;
}

/** Tokens are sealed. */
export interface Credential {
  accessToken: string;
  /** Null where the platform gives a token of fixed life. */
  refreshToken: string | null;
  issuedAt: Date;
  expiresAt: Date;
  /** When the refresh token ends; null when the platform names no end. */
  refreshExpiresAt: Date | null;
}

/** The authorisation the connector stands on: the id of the state it came from, so that a replay finds it done. */
export interface Authorization {
  stateId: string;
  at: Date;
}

export interface Statistics {
  totalProducts: number;
  totalOrders30d: number;
  /** When the totals were taken; older ones never come after them. Missing where none came since there is this field. */
  countedAt?: Date;
  lastSyncAt: Date | null;
  lastSyncStatus: 'success' | 'failed' | 'cancelled' | null;
  lastSyncDurationSeconds: number | null;
}

export interface Call {
  at: Date;
  /** `ok` or a failure class. */
  outcome: string;
  /** The platform's own code of a refusal, '' without one. */
  code: string;
  message: string;
  durationMs: number;
  /** Made because somebody asked how the connector is. */
  asked?: true;
}

/** Who asked for a change. */
export interface Caller {
  tenant: string;
  actor: string;
  requestId: string;
}

/** Who acts when nobody asked. */
export const systemCaller = (tenant: string): Caller => ({ tenant, actor: 'system:connector-registry', requestId: '' });

export const NO_STATISTICS: Statistics = {
  totalProducts: 0,
  totalOrders30d: 0,
  lastSyncAt: null,
  lastSyncStatus: null,
  lastSyncDurationSeconds: null,
};
