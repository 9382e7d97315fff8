import type { WebhookType } from './webhook.ts';

/** What can be sent again by the many; the cancelled were cancelled with their endpoint. */
export const RECOVERABLE = ['failed', 'delivered', 'pending'] as const;

export type Recoverable = (typeof RECOVERABLE)[number];

/** Which deliveries of an endpoint: made from `since` on and before `until`. */
export interface RecoverySet {
  since: Date;
  until: Date;
  ofStatus: Recoverable;
  /** All when empty. */
  ofTypes: WebhookType[];
}

/** Where a recovery stands in the deliveries, in order of time and id. */
export interface RecoveryCursor {
  createdAt: Date;
  id: string;
}

/** Deliveries sent again by what they have in common: counted first, then batch by batch. */
export interface Recovery extends RecoverySet {
  id: string;
  tenant: string;
  connectorId: string;
  endpointId: string;
  status: 'running' | 'completed' | 'cancelled';
  dryRun: boolean;
  /** When it was asked for. */
  count: number;
  processed: number;
  resent: number;
  /** Their bytes are gone. */
  skipped: number;
  cursor: RecoveryCursor | null;
  createdAt: Date;
  completedAt: Date | null;
}
