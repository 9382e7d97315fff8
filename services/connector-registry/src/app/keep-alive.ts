import type { Clock, Logger } from '@crossdock/kernel';
import type { Connector } from '../domain/connector.ts';
import { isExpired, MAX_AHEAD_MS, refreshDue } from '../domain/credential.ts';
import { isAuthorized } from '../domain/status.ts';
import type { ConnectorStore } from '../store/connectors.ts';
import type { Advise } from './advise.ts';
import type { ConnectorChanges } from './change.ts';
import type { CredentialRefresh } from './refresh.ts';

export interface KeepAliveDeps {
  connectors: ConnectorStore;
  changes: ConnectorChanges;
  refresh: CredentialRefresh;
  advise: Advise;
  clock: Clock;
  log: Logger;
}

/** Few at a time, so that connectors authorised together do not fall upon the platform together. */
const ROUND = 500;
const AT_ONCE = 8;

/** Renews what is near its end also while nobody syncs, and tells of a token of fixed life that ended. */
export function credentialKeeping({ connectors, changes, refresh, advise, clock, log }: KeepAliveDeps) {
  async function keep(connector: Connector): Promise<void> {
    const { tenant, id, status, credential, credentialVersion } = connector;
    if (credential === null || !isAuthorized(status)) return;
    if (credential.refreshToken === null) {
      if (isExpired(credential, clock())) await changes.refuse(tenant, id, credentialVersion, 'auth_expired');
      return;
    }
    if (!refreshDue(id, credential, clock())) return;
    const { result } = await refresh(connector, credential.refreshToken);
    if (result === 'failed') await advise(connector);
  }

  return async function keepAlive(signal: AbortSignal): Promise<void> {
    const now = clock();
    const due = await connectors.endingBefore(new Date(now.getTime() + MAX_AHEAD_MS), now, ROUND);
    const keepers = Array.from({ length: AT_ONCE }, async () => {
      for (let next = due.shift(); next !== undefined && !signal.aborted; next = due.shift()) {
        const { id } = next;
        await keep(next).catch((err: unknown) => log.error({ err, connector: id }, 'its credential is not kept alive'));
      }
    });
    await Promise.all(keepers);
  };
}
