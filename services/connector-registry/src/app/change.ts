import type { Event } from '@crossdock/contracts';
import { AppError, type Clock } from '@crossdock/kernel';
import type { Connector } from '../domain/connector.ts';
import { statusAfter } from '../domain/status.ts';
import type { StatusReason } from '../domain/status-reasons.ts';
import type { ConnectorPatch, ConnectorStore } from '../store/connectors.ts';
import { changeEvents } from './connector-events.ts';

export interface Decision {
  patch: ConnectorPatch;
  /** The audit row of a change that somebody asked for. */
  audit?: (after: Connector) => Event;
}

export interface ChangeDeps {
  connectors: ConnectorStore;
  /** Publishes what the connector's outbox holds, now. */
  nudge: (connectorId: string) => void;
  clock: Clock;
}

export const connectorNotFound = () => new AppError('not_found', 'CONNECTOR_NOT_FOUND', '连接器不存在');

/** The living connector, or a 404. */
export async function livingConnector(connectors: ConnectorStore, tenant: string, id: string): Promise<Connector> {
  const connector = await connectors.get(tenant, id);
  if (connector === null || connector.deletedAt !== null) throw connectorNotFound();
  return connector;
}

export function connectorChanges({ connectors, nudge, clock }: ChangeDeps) {
  /**
   * Reads, decides and writes state and events at once, again when somebody changed the connector in between.
   * Answers it as it stands then, null when it is gone; a decision of null leaves it as it is.
   */
  async function change(
    tenant: string,
    id: string,
    decide: (connector: Connector, now: Date) => Decision | null,
  ): Promise<Connector | null> {
    for (;;) {
      const before = await connectors.get(tenant, id);
      if (before === null || before.deletedAt !== null) return null;
      const now = clock();
      const decision = decide(before, now);
      if (decision === null) return before;
      const { patch, audit } = decision;
      const next: Connector = { ...before, ...patch, version: before.version + 1, updatedAt: now };
      const events = [...changeEvents(before, next), ...(audit === undefined ? [] : [audit(next)])];
      const after = await connectors.change(before, patch, events, now);
      if (after === null) continue;
      nudge(id);
      return after;
    }
  }

  /** The platform refused this version of the credential for good: error and its event once, the tokens wiped; a newer version stays. */
  const refuse = (
    tenant: string,
    id: string,
    credentialVersion: number,
    reason: StatusReason,
  ): Promise<Connector | null> =>
    change(tenant, id, (connector) => {
      const status = statusAfter(connector.status, 'refused');
      if (status === null || connector.credentialVersion !== credentialVersion) return null;
      return { patch: { status, statusReason: reason, credential: null } };
    });

  return { change, refuse };
}

export type ConnectorChanges = ReturnType<typeof connectorChanges>;
