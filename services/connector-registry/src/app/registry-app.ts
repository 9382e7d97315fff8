import type { Clock, Logger } from '@crossdock/kernel';
import type { Platforms } from '@crossdock/platforms';
import type { Vault } from '@crossdock/vault';
import type { Quotas } from '../domain/slots.ts';
import type { ConnectorStore } from '../store/connectors.ts';
import type { OauthStateStore } from '../store/oauth-states.ts';
import { advising } from './advise.ts';
import { authorizations } from './authorization.ts';
import type { CallBudgets } from './call-budgets.ts';
import { connectorChanges } from './change.ts';
import { connectorReads } from './connector-reads.ts';
import { connectorCreation } from './create-connector.ts';
import { credentials } from './credentials.ts';
import { connectorEditing } from './edit-connector.ts';
import { connectorHealth } from './health.ts';
import { codeExchange } from './exchange-code.ts';
import { credentialKeeping } from './keep-alive.ts';
import { connectorPausing } from './pause-connector.ts';
import { dueProbes } from './probe-due.ts';
import { purging } from './purge.ts';
import { credentialRefresh } from './refresh.ts';
import { connectorSecrets } from './secrets.ts';
import { syncStatistics } from './statistics.ts';

export interface RegistryDeps {
  connectors: ConnectorStore;
  states: OauthStateStore;
  platforms: Platforms;
  vault: Vault;
  quotas: Quotas;
  publicUrl: string;
  budgets: Pick<CallBudgets, 'gate' | 'remainingShare'>;
  nudge: (connectorId: string) => void;
  clock: Clock;
  log: Logger;
}

/** Everything the service can do, called alike by gRPC and Kafka handlers. */
export function registryApp({ vault, ...deps }: RegistryDeps) {
  const changes = connectorChanges(deps);
  const base = { ...deps, secrets: connectorSecrets(vault), changes, advise: advising({ changes, clock: deps.clock }) };
  const { begin, authorize, complete } = authorizations({ ...base, exchange: codeExchange(base) });
  const refresh = credentialRefresh(base);
  const acquiring = credentials({ ...base, refresh });
  const { probe, ...health } = connectorHealth({ ...base, credentials: acquiring });
  return {
    ...connectorReads(base),
    ...connectorEditing(base),
    ...connectorPausing(base),
    ...health,
    createConnector: connectorCreation({ ...base, beginAuthorization: begin }),
    authorize,
    completeAuthorization: complete,
    acquireForTask: acquiring.acquireForTask,
    recordSync: syncStatistics(base),
    keepAlive: credentialKeeping({ ...base, refresh }),
    probeDue: dueProbes({ ...base, probe }),
    purge: purging(base),
  };
}

export type RegistryApp = ReturnType<typeof registryApp>;
