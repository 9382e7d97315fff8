import { failpoint, isPlatformError, type Clock, type Logger, type PlatformError } from '@crossdock/kernel';
import type { Platforms } from '@crossdock/platforms';
import type { Connector } from '../domain/connector.ts';
import { FIRST_RENEWAL_PAUSE_MS, renewalPauseMs } from '../domain/credential.ts';
import { endOf } from '../domain/failure-reasons.ts';
import type { ConnectorStore } from '../store/connectors.ts';
import type { HeldRefresh } from '../store/credential-leases.ts';
import { adapterOf } from './adapter-of.ts';
import type { Advise } from './advise.ts';
import type { ConnectorChanges } from './change.ts';
import type { ConnectorSecrets } from './secrets.ts';

/** `settled`: read the connector again. `busy`: another process is at it. `failed`: not now, perhaps later. */
export type Refreshed = { result: 'settled' } | { result: 'busy' } | { result: 'failed'; retryAfterMs: number };

export interface RefreshDeps {
  connectors: ConnectorStore;
  changes: ConnectorChanges;
  advise: Advise;
  platforms: Platforms;
  secrets: ConnectorSecrets;
  clock: Clock;
  log: Logger;
}

/** No platform call takes longer. */
const CALL_MS = 15_000;
const LEASE_MS = 30_000;
/** What a platform asks for beyond this is a mistake. */
const LONGEST_PAUSE_MS = 3_600_000;

/** New tokens for a credential version, once: callers of this process share one call, other processes are kept out by a lease. */
export function credentialRefresh({ connectors, changes, advise, platforms, secrets, clock, log }: RefreshDeps) {
  const running = new Map<string, Promise<Refreshed>>();
  const later = (ms: number) => new Date(clock().getTime() + ms);

  function refresh(connector: Connector, refreshToken: string): Promise<Refreshed> {
    const key = `${connector.id} ${connector.credentialVersion}`;
    const shared = running.get(key) ?? refreshLeased(connector, refreshToken).finally(() => running.delete(key));
    running.set(key, shared);
    return shared;
  }

  async function refreshLeased(connector: Connector, sealed: string): Promise<Refreshed> {
    const lastMoment = later(LEASE_MS - CALL_MS);
    const held = await connectors.claimRefresh(connector, clock(), later(LEASE_MS));
    if (held === null) return notNow(connector);
    await failpoint('registry.refresh.leased');
    // Whoever stood still this long must not use up the token beside the next holder.
    if (clock() > lastMoment) return { result: 'busy' };
    const adapter = adapterOf(platforms, connector);
    const config = secrets.openConfig(connector, adapter.configFields);
    try {
      const grant = await adapter.refresh({
        config,
        refreshToken: secrets.openRefreshToken(connector, sealed),
        now: clock,
      });
      await failpoint('registry.refresh.exchanged');
      const after = await connectors.storeRefreshed(
        connector,
        held.fence,
        secrets.sealGrant(connector, grant, clock()),
      );
      await failpoint('registry.refresh.stored');
      if (after !== null) await advise(after);
      return { result: 'settled' };
    } catch (err) {
      if (isPlatformError(err)) return refused(connector, held, err);
      await connectors.releaseRefresh(connector, held, clock());
      throw err;
    }
  }

  /** A short pause is waited out like somebody's call; a long one is told. */
  async function notNow(connector: Connector): Promise<Refreshed> {
    const pauseMs = await connectors.refreshPause(connector, clock());
    return pauseMs > FIRST_RENEWAL_PAUSE_MS ? { result: 'failed', retryAfterMs: pauseMs } : { result: 'busy' };
  }

  /** A refresh token that was used up by somebody who stored newer tokens is not dead: `refuse` looks at the version again. */
  async function refused(connector: Connector, held: HeldRefresh, err: PlatformError): Promise<Refreshed> {
    log.warn({ connector: connector.id, failure: err.failure, code: err.code }, 'the credential was not refreshed');
    const reason = endOf(connector.platform, err.failure, err.code);
    if (reason !== null) {
      await changes.refuse(connector.tenant, connector.id, connector.credentialVersion, reason);
      await connectors.releaseRefresh(connector, held, clock());
      return { result: 'settled' };
    }
    const retryAfterMs = pauseMs(connector, held.failures, err.retryAfterMs);
    await connectors.releaseRefresh(connector, { ...held, failures: held.failures + 1 }, later(retryAfterMs));
    return { result: 'failed', retryAfterMs };
  }

  function pauseMs({ credential }: Connector, failures: number, hintMs: number | undefined): number {
    if (hintMs !== undefined) return Math.min(Math.max(hintMs, FIRST_RENEWAL_PAUSE_MS), LONGEST_PAUSE_MS);
    const leftMs = (credential?.expiresAt.getTime() ?? 0) - clock().getTime();
    return renewalPauseMs(failures, leftMs, Math.random());
  }

  return refresh;
}

export type CredentialRefresh = ReturnType<typeof credentialRefresh>;
