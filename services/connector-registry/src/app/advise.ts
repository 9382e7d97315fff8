import type { Clock } from '@crossdock/kernel';
import { reasonToTell } from '../domain/advice.ts';
import type { Connector } from '../domain/connector.ts';
import { moved } from '../domain/status.ts';
import type { ConnectorChanges, Decision } from './change.ts';

/** What its reason should be by now; null when it is that already, or the connector does not go on. */
export function advised(connector: Connector, now: Date): Decision | null {
  const move = moved(connector, 'advised', reasonToTell(connector, now));
  if (move === null || move.statusReason === connector.statusReason) return null;
  return { patch: move, action: 'connector.advise' };
}

/** Tells of what a connector that goes on should tell of, once it changed. */
export const advising = ({ changes, clock }: { changes: ConnectorChanges; clock: Clock }) =>
  async function advise(connector: Connector): Promise<void> {
    if (advised(connector, clock()) !== null) await changes.change(connector.tenant, connector.id, advised);
  };

export type Advise = ReturnType<typeof advising>;
