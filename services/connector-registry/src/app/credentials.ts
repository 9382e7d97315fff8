import { AppError, sleep, type Clock } from '@crossdock/kernel';
import type { Platforms } from '@crossdock/platforms';
import type { Caller, Connector, Credential } from '../domain/connector.ts';
import { isExpired, refreshDue } from '../domain/credential.ts';
import { isAuthorized, moved, stageOf } from '../domain/status.ts';
import type { ConnectorStore } from '../store/connectors.ts';
import { adapterOf } from './adapter-of.ts';
import type { ConnectorChanges, Decision } from './change.ts';
import type { CredentialRefresh } from './refresh.ts';
import type { ConnectorSecrets } from './secrets.ts';

/** A credential ready for use, its secrets open. */
export interface Usable {
  state: 'ok';
  connector: Connector;
  accessToken: string;
  config: Record<string, string>;
  expiresAt: Date;
}

export type Acquired = Usable | { state: 'deleted' | 'needs_authorization' | 'paused' };

export interface Acquire {
  connectorId: string;
  /** The version the platform refused: only a newer one helps. */
  refusedVersion?: number | undefined;
  /** Nothing while the connector is paused. */
  unlessPaused?: boolean;
}

export interface CredentialDeps {
  connectors: ConnectorStore;
  changes: ConnectorChanges;
  platforms: Platforms;
  secrets: ConnectorSecrets;
  refresh: CredentialRefresh;
  clock: Clock;
}

/** While another process renews: that takes a moment, or, should it be dead, its lease. */
const FIRST_LOOK_MS = 50;
const LONGEST_LOOK_MS = 500;

export function credentials({ connectors, changes, platforms, secrets, refresh, clock }: CredentialDeps) {
  /** A token that still lives for a while: refreshed when it is near its end or was refused. */
  async function acquire(
    { tenant }: Caller,
    { connectorId, refusedVersion, unlessPaused = false }: Acquire,
    signal?: AbortSignal,
  ): Promise<Acquired> {
    for (let waitMs = FIRST_LOOK_MS; !signal?.aborted; waitMs = Math.min(waitMs * 1.5, LONGEST_LOOK_MS)) {
      const connector = await connectors.get(tenant, connectorId);
      if (connector === null || connector.deletedAt !== null) return { state: 'deleted' };
      const { credential, credentialVersion, status } = connector;
      if (!isAuthorized(status) || credential === null) return { state: 'needs_authorization' };
      if (unlessPaused && stageOf(connector) === 'paused') return { state: 'paused' };
      const refused = refusedVersion === credentialVersion;
      const acquired =
        refused || refreshDue(connector.id, credential, clock())
          ? await renewed(connector, credential, { refused, waitMs })
          : usable(connector, credential);
      if (acquired !== null) return acquired;
    }
    throw unavailable(FIRST_LOOK_MS);
  }

  /** Null: the connector has changed, or will soon; look again. A token that is still good is used whatever its refresh came to. */
  async function renewed(
    connector: Connector,
    credential: Credential,
    { refused, waitMs }: { refused: boolean; waitMs: number },
  ): Promise<Usable | null> {
    const good = !refused && !isExpired(credential, clock());
    if (credential.refreshToken === null) {
      if (good) return usable(connector, credential);
      await changes.refuse(connector.tenant, connector.id, connector.credentialVersion, 'auth_expired');
      return null;
    }
    const refreshed = await refresh(connector, credential.refreshToken);
    if (refreshed.result === 'settled') return null;
    if (good) return usable(connector, credential);
    if (refreshed.result === 'failed') throw unavailable(refreshed.retryAfterMs);
    await sleep(waitMs);
    return null;
  }

  function usable(connector: Connector, credential: Credential): Usable {
    return {
      state: 'ok',
      connector,
      accessToken: secrets.openAccessToken(connector, credential),
      config: secrets.openConfig(connector, adapterOf(platforms, connector).configFields),
      expiresAt: credential.expiresAt,
    };
  }

  /** For a sync task: its first credential makes the connector `running`; while it is paused there is none. */
  async function acquireForTask(caller: Caller, request: Acquire, signal?: AbortSignal): Promise<Acquired> {
    const acquired = await acquire(caller, { ...request, unlessPaused: true }, signal);
    if (acquired.state !== 'ok' || started(acquired.connector) === null) return acquired;
    const after = await changes.change(caller.tenant, request.connectorId, started);
    return after !== null && stageOf(after) === 'paused' ? { state: 'paused' } : acquired;
  }

  return { acquire, acquireForTask };
}

function started(connector: Connector): Decision | null {
  const move = moved(connector, 'syncing', connector.statusReason);
  return move && { patch: move, action: 'connector.start' };
}

export type Credentials = ReturnType<typeof credentials>;

const unavailable = (retryAfterMs: number) =>
  new AppError('unavailable', 'PLATFORM_UNAVAILABLE', '平台暂时不可用，授权续期未完成，请稍后重试', { retryAfterMs });
