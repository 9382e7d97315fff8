import { type Clock, failpoint, type Logger } from '@crossdock/kernel';
import { type Connector, systemCaller } from '../domain/connector.ts';
import { nextProbeAt, restsClosed } from '../domain/probe.ts';
import { isAuthorized, stageOf } from '../domain/status.ts';
import type { ConnectorStore } from '../store/connectors.ts';
import type { ConnectorHealth } from './health.ts';

export interface ProbeDueDeps {
  connectors: ConnectorStore;
  probe: ConnectorHealth['probe'];
  clock: Clock;
  log: Logger;
}

const AT_ONCE = 4;

/** Asks the platforms about connectors whose time has come; a paused connector is left alone, and a closed shop for a while. */
export function dueProbes({ connectors, probe, clock, log }: ProbeDueDeps) {
  async function prober(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const now = clock();
      const connector = await connectors.claimProbe(now, nextProbeAt(now, Math.random()));
      if (connector === null) return;
      await failpoint('registry.probe.claimed');
      if (!isAsked(connector, now)) continue;
      const { id, tenant } = connector;
      const asked = probe(systemCaller(tenant), connector, { signal });
      await asked.catch((err: unknown) => log.error({ err, connector: id }, 'its health is not known'));
    }
  }

  return async function probeDue(signal: AbortSignal): Promise<void> {
    await Promise.all(Array.from({ length: AT_ONCE }, () => prober(signal)));
  };
}

const isAsked = (connector: Connector, now: Date): boolean =>
  isAuthorized(connector.status) && stageOf(connector) !== 'paused' && !restsClosed(connector, now);
