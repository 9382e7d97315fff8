import type { ConnectorServiceService, CredentialServiceService } from '@crossdock/contracts/grpc/connector-registry';
import { AppError } from '@crossdock/kernel';
import type { RpcClient } from '@crossdock/rpc';
import type { AcquireCredential } from '../worker/credentials.ts';

/** What this service asks of the connector-registry, which owns connectors and their credentials. */
export function connectors(
  registry: RpcClient<typeof ConnectorServiceService>,
  credentials: RpcClient<typeof CredentialServiceService>,
) {
  const notFound = () => new AppError('not_found', '', '连接器不存在');
  return {
    async get(tenant: string, id: string) {
      const { connector } = await registry.call.getConnector({ id, includeDeleted: false }, { tenant });
      if (connector === undefined) throw notFound();
      return connector;
    },

    async known(tenant: string, id: string): Promise<void> {
      await registry.call.getConnector({ id, includeDeleted: true }, { tenant });
    },

    acquire: (({ tenant, connectorId, taskId, refusedVersion }) =>
      credentials.call.acquireCredential(
        { connectorId, taskId, refusedVersion },
        { tenant, deadlineMs: 20_000 },
      )) satisfies AcquireCredential,

    async report(
      tenant: string,
      connectorId: string,
      calls: Parameters<typeof credentials.call.reportCalls>[0]['calls'],
    ): Promise<void> {
      await credentials.call.reportCalls({ connectorId, calls }, { tenant });
    },
  };
}
