/** How an authorisation ended, as the result page tells it; `failed` when there is no more to say. */
export type AuthorizationOutcome =
  | 'connected'
  | 'denied'
  | 'wrong_shop'
  | 'expired_state'
  | 'app_refused'
  | 'platform_away'
  | 'connector_deleted'
  | 'failed';

/** One trip to the platform and back. The secret itself stands only in the address the merchant opens. */
export interface OauthState {
  /** SHA-256 of the secret. */
  id: string;
  tenant: string;
  connectorId: string;
  platform: string;
  /** The app it was begun with. */
  configVersion: number;
  /** Who asked for it: the one the audit names. */
  actor: string;
  status: 'issued' | 'exchanging' | 'done';
  /** Set when done. */
  outcome: AuthorizationOutcome | null;
  /** Until when the one who exchanges is taken to be alive. */
  leaseUntil: Date | null;
  expiresAt: Date;
}

export const STATE_LIFE_MS = 10 * 60_000;

/** Longer than a platform call may take. */
export const EXCHANGE_LEASE_MS = 20_000;
