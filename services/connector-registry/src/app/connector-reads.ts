import { invalidField } from '@crossdock/kernel';
import type { Platforms } from '@crossdock/platforms';
import type { Caller, Connector } from '../domain/connector.ts';
import { CONNECTOR_STATUSES, type ConnectorStatus } from '../domain/status.ts';
import type { ConnectorStore, ListFilter } from '../store/connectors.ts';
import { connectorNotFound } from './change.ts';

export interface ListRequest {
  /** From 1; 0: the first. */
  page: number;
  /** 1 to 100; 0: 20. */
  pageSize: number;
  /** '' for all. */
  status: string;
  platform: string;
}

const PAGE_SIZE = 20;
const MAX_PAGE_SIZE = 100;

export function connectorReads({ connectors, platforms }: { connectors: ConnectorStore; platforms: Platforms }) {
  return {
    async getConnector({ tenant }: Caller, id: string, includeDeleted: boolean): Promise<Connector> {
      const connector = await connectors.get(tenant, id);
      if (connector === null || (connector.deletedAt !== null && !includeDeleted)) throw connectorNotFound();
      return connector;
    },

    async listConnectors(
      { tenant }: Caller,
      { page, pageSize, status, platform }: ListRequest,
    ): Promise<{ items: Connector[]; total: number }> {
      const size = pageSize || PAGE_SIZE;
      if (size > MAX_PAGE_SIZE) throw invalidField('page_size', `必须在 1 到 ${MAX_PAGE_SIZE} 之间`);
      const filter: ListFilter = {
        ...(status !== '' && { status: statusOf(status) }),
        ...(platform !== '' && { platform }),
      };
      return connectors.list(tenant, filter, (Math.max(page, 1) - 1) * size, size);
    },

    listTypes: () => platforms.list(),
  };
}

function statusOf(text: string): ConnectorStatus {
  const status = CONNECTOR_STATUSES.find((each) => each === text);
  if (status === undefined) throw invalidField('status', `未知状态，支持：${CONNECTOR_STATUSES.join('、')}`);
  return status;
}
