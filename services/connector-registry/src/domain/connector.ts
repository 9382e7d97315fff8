import type { ConnectorStatus } from './status.ts';
import type { StatusReason } from './status-reasons.ts';

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
  /** The last outcomes of platform calls, oldest first. */
  calls: Call[];
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
}

/** The authorisation the connector stands on: the id of the state it came from, so that a replay finds it done. */
export interface Authorization {
  stateId: string;
  at: Date;
}

export interface Statistics {
  totalProducts: number;
  totalOrders30d: number;
  lastSyncAt: Date | null;
  lastSyncStatus: 'success' | 'failed' | 'cancelled' | null;
  lastSyncDurationSeconds: number | null;
}

export interface Call {
  at: Date;
  /** `ok` or a failure class. */
  outcome: string;
  message: string;
  durationMs: number;
}

/** Who asked for a change. */
export interface Caller {
  tenant: string;
  actor: string;
  requestId: string;
}

export const NO_STATISTICS: Statistics = {
  totalProducts: 0,
  totalOrders30d: 0,
  lastSyncAt: null,
  lastSyncStatus: null,
  lastSyncDurationSeconds: null,
};
