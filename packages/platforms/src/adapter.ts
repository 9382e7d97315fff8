import type { Clock, FailureClass } from '@crossdock/kernel';
import type { RecordFields } from './record-fields.ts';

export type SyncType = 'products' | 'orders' | 'inventory' | 'reviews' | 'livestream';

/** What one platform call came to, `bytes` those of its answer; `failure` and the rest are the PlatformError's that the caller gets. */
export type CallOutcome =
  | { ok: true; durationMs: number; bytes: number }
  | { ok: false; failure: FailureClass; code: string; message: string; durationMs: number; retryAfterMs?: number };

/** Awaited before every call of a platform's API: pacing and budget. Each `take` that resolved is followed by one `done`. */
export interface CallGate {
  take(signal?: AbortSignal): Promise<void>;
  done(outcome: CallOutcome): void;
}

/** A connector's credential and surroundings for some calls. When `signal` aborts, the call throws the signal's reason. */
export interface Session {
  config: Record<string, string>;
  accessToken: string;
  call: CallGate;
  now: Clock;
  signal?: AbortSignal;
  /** Each row will be asked for its fields: then it is better read at once than kept in its bytes. */
  readsAll?: boolean;
}

/** Why a row cannot be stored: `field` is the path in the normalised fields, `message` the text for the merchant. */
export interface RowProblem {
  code: string;
  field: string;
  message: string;
}

/**
 * One row of the platform. `hash` changes when what is to be stored of it does: its fields and its time. Of inventory it
 * is the fields alone: whatever touches a product without changing its stock leaves its inventory unchanged. With a `problem`, the invalid field is null, and all of them when nothing could be read.
 */
export interface SourceRow<Fields extends RecordFields = RecordFields> {
  /** The platform's id; `?` and a hash for a listed row that has none: stable, and never a platform's id. */
  externalId: string;
  updatedAt: Date | null;
  fields: Fields;
  hash: string;
  problem: RowProblem | null;
  /**
   * Of the bytes that the row is read from, at the latest when something else of it is asked for: while it stays the
   * same, so does all else. Not there when these bytes are not known.
   */
  digest?: string;
}

type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

/** Where a walk stands: plain JSON that any process can go on from. Only the source that made it reads it. */
export type Position = { [key: string]: Json };

export interface Page {
  /** May be empty although the walk goes on; a row may come again on a later page. */
  rows: SourceRow[];
  /** Null: the walk is over. */
  next: Position | null;
  /** The platform's count for the whole walk, as known so far. */
  total: number | null;
}

/** Rows changed within `from` (null: as far back as the platform reaches) and `to`, both included. */
export interface SyncWindow {
  from: Date | null;
  to: Date;
}

/** A row asked for by its id, with what is stored of where it belongs (null when nothing is, or it belongs nowhere). */
export interface RecordRef {
  id: string;
  productId: string | null;
  orderId: string | null;
}

/** Everything throws PlatformError. */
export interface RecordSource {
  /** Callers end the window this long before the start of the walk: nothing may enter a list that is being walked. */
  lagMs: number;
  page(session: Session, window: SyncWindow, position: Position | null): Promise<Page>;
  /**
   * How far back the platform's list reaches, null when it holds everything there is: what is older may be missing
   * from it and still exist, so nobody takes it for deleted. Old is what was created before, whatever changed it since.
   */
  reachMs: number | null;
  /** The rows the platform knows; unknown ids are missing from the answer. */
  byIds(session: Session, refs: RecordRef[]): Promise<SourceRow[]>;
}

export interface ConfigField {
  name: string;
  required: boolean;
  /** A secret: never shown. */
  sensitive: boolean;
  /** An identifier: shown shortened. */
  masked: boolean;
}

export interface Account {
  accountId: string;
  accountName: string;
  /** The platform's own word for the kind of seller. */
  sellerType: string;
}

export interface Grant {
  accessToken: string;
  /** Null when the token cannot be refreshed: after its end the merchant authorises again. */
  refreshToken: string | null;
  expiresAt: Date;
  /** Null when the platform names no end. */
  refreshExpiresAt: Date | null;
  accountId: string;
  accountName: string;
}

interface AppRequest {
  config: Record<string, string>;
  now: Clock;
  signal?: AbortSignal;
}

/** One platform, as the registry authorises and probes it and the orchestrator reads it. Calls throw PlatformError. */
export interface PlatformAdapter {
  platform: string;
  /** Platforms behind one gateway share what an app may call there. */
  gateway: string;
  displayName: string;
  iconUrl: string;
  authType: 'oauth2';
  syncTypes: readonly SyncType[];
  minSyncIntervalMinutes: number;
  configFields: readonly ConfigField[];
  /** The shop that a config names. */
  shopIdOf(config: Record<string, string>): string;
  /** The app whose call budget a config draws on. */
  appKeyOf(config: Record<string, string>): string;
  authorizeUrl(request: { config: Record<string, string>; redirectUri: string; state: string }): string;
  /** A refused code is AUTH_REVOKED, a refused app CONFIG. A code works once: never tried again here. */
  exchangeCode(request: AppRequest & { code: string; redirectUri: string }): Promise<Grant>;
  refresh(request: AppRequest & { refreshToken: string }): Promise<Grant>;
  /** The account that the access token speaks for. */
  probe(session: Session): Promise<Account>;
  /** False for an account of another kind: its shop belongs to another platform behind the same gateway. */
  accepts(account: Account): boolean;
  /** One for each of `syncTypes`. */
  sources: Partial<Record<SyncType, RecordSource>>;
}
