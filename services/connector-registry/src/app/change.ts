import { AppError, type Clock, failpoint } from '@crossdock/kernel';
import type { Platforms } from '@crossdock/platforms';
import { type Caller, type Connector, systemCaller } from '../domain/connector.ts';
import { moved } from '../domain/status.ts';
import type { StatusReason } from '../domain/status-reasons.ts';
import type { ConnectorPatch, ConnectorStore } from '../store/connectors.ts';
import { auditView } from './audit-view.ts';
import { auditEvent, changeEvents } from './connector-events.ts';

export interface Decision {
  patch: ConnectorPatch;
  /** What the audit calls it. */
  action: string;
  /** Who asked for it; nobody did without one. */
  caller?: Caller;
}

export interface ChangeDeps {
  connectors: ConnectorStore;
  platforms: Platforms;
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

export function connectorChanges({ connectors, platforms, nudge, clock }: ChangeDeps) {
  /**
   * One change with its event and its audit row in one write, of the connector exactly as it was read;
   * null when somebody changed it in between. `eventId`: the event it answers to, marked as handled with it.
   */
  async function write(before: Connector, decision: Decision, now: Date, eventId?: string): Promise<Connector | null> {
    const { patch, action, caller = systemCaller(before.tenant) } = decision;
    const next: Connector = { ...before, ...patch, version: before.version + 1, updatedAt: now };
    const seen = auditView(platforms, before);
    const audit = auditEvent(caller, action, next, seen, next.deletedAt === null ? auditView(platforms, next) : null);
    const after = await connectors.change(before, patch, [...changeEvents(before, next), audit], now, eventId);
    if (after === null) return null;
    await failpoint('registry.change.stored');
    nudge(before.id);
    return after;
  }

  /**
   * Reads, decides and writes, again when somebody was faster.
   * Answers the connector as it stands then, null when it is gone; a decision of null leaves it as it is.
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
      const after = await write(before, decision, now);
      if (after !== null) return after;
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
      const move = moved(connector, 'refused', reason);
      if (move === null || connector.credentialVersion !== credentialVersion) return null;
      return { patch: { ...move, credential: null }, action: 'connector.refuse' };
    });

  return { change, write, refuse };
}

export type ConnectorChanges = ReturnType<typeof connectorChanges>;
