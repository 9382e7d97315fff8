import type { Clock, Logger } from '@crossdock/kernel';
import type { Platforms } from '@crossdock/platforms';
import type { Vault } from '@crossdock/vault';
import type { Quotas } from '../domain/slots.ts';
import type { ConnectorStore } from '../store/connectors.ts';
import type { OauthStateStore } from '../store/oauth-states.ts';
import { authorizations } from './authorization.ts';
import { connectorChanges } from './change.ts';
import { connectorReads } from './connector-reads.ts';
import { connectorCreation } from './create-connector.ts';
import { credentials } from './credentials.ts';
import { connectorEditing } from './edit-connector.ts';
import { connectorHealth } from './health.ts';
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
  nudge: (connectorId: string) => void;
  clock: Clock;
  log: Logger;
}

/** Everything the service can do, called alike by gRPC and Kafka handlers. */
export function registryApp({ vault, ...deps }: RegistryDeps) {
  const base = { ...deps, secrets: connectorSecrets(vault), changes: connectorChanges(deps) };
  const { begin, authorize, complete } = authorizations(base);
  const acquiring = credentials({ ...base, refresh: credentialRefresh(base) });
  return {
    ...connectorReads(base),
    ...connectorEditing(base),
    ...connectorHealth({ ...base, credentials: acquiring }),
    createConnector: connectorCreation({ ...base, beginAuthorization: begin }),
    authorize,
    completeAuthorization: complete,
    acquireForTask: acquiring.acquireForTask,
    recordSync: syncStatistics(deps.connectors),
  };
}

export type RegistryApp = ReturnType<typeof registryApp>;
