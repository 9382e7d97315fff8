import { AppError } from '@crossdock/kernel';
import type { Connector } from '@crossdock/contracts/grpc/connector-registry';
import type { ConnectorStore } from '../store/connectors.ts';

export const connectorNotFound = () => new AppError('not_found', 'CONNECTOR_NOT_FOUND', '连接器不存在');

export interface ConnectorDeps {
  connectors: ConnectorStore;
  /** The registry's own answer: throws not_found for another tenant's, an unknown or a deleted one. */
  getConnector: (tenant: string, id: string) => Promise<Connector>;
}

export function connectorReads({ connectors, getConnector }: ConnectorDeps) {
  /** Right at once: asks the registry, and what was told of since. */
  async function living(tenant: string, id: string): Promise<Connector> {
    const [connector, known] = await Promise.all([getConnector(tenant, id), connectors.get(tenant, id)]);
    if (known?.deleted) throw connectorNotFound();
    return connector;
  }

  /** From what was told; only a connector never heard of is asked for, and remembered. */
  async function require(tenant: string, id: string): Promise<void> {
    const known = await connectors.get(tenant, id);
    if (known?.deleted) throw connectorNotFound();
    if (known !== null) return;
    const { version } = await getConnector(tenant, id);
    await connectors.remember([{ id, tenant, version, deleted: false }]);
  }

  return { living, require };
}

export type ConnectorReads = ReturnType<typeof connectorReads>;
