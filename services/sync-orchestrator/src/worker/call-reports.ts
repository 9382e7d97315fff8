import type { PlatformCall } from '@crossdock/contracts/grpc/connector-registry';
import type { Logger, Part } from '@crossdock/kernel';

export interface CallReports extends Part {
  add(tenant: string, connectorId: string, call: PlatformCall): void;
}

export interface CallReportsDeps {
  send(tenant: string, connectorId: string, calls: PlatformCall[]): Promise<void>;
  log: Logger;
}

const FLUSH_MS = 1_000;
/** Health looks at the last twenty. */
const KEPT = 20;

/** Tells the registry how platform calls went: batched, but a definite refusal at once. */
export function callReports({ send, log }: CallReportsDeps): CallReports {
  const waiting = new Map<string, { tenant: string; calls: PlatformCall[] }>();
  let timer: NodeJS.Timeout | undefined;

  async function flush(connectorId: string): Promise<void> {
    const entry = waiting.get(connectorId);
    if (entry === undefined) return;
    waiting.delete(connectorId);
    try {
      await send(entry.tenant, connectorId, entry.calls);
    } catch (err) {
      // Health is a moving picture: the next calls draw it again.
      log.debug({ err, connectorId }, 'call outcomes were not reported');
    }
  }

  const flushAll = async (): Promise<void> => {
    await Promise.all([...waiting.keys()].map(flush));
  };

  return {
    name: 'call reports',
    add(tenant, connectorId, call) {
      const entry = waiting.get(connectorId) ?? { tenant, calls: [] };
      entry.calls.push(call);
      if (entry.calls.length > KEPT) entry.calls.shift();
      waiting.set(connectorId, entry);
      if (call.outcome === 'AUTH_REVOKED') void flush(connectorId);
    },
    async start() {
      timer = setInterval(() => void flushAll(), FLUSH_MS);
    },
    async stop() {
      clearInterval(timer);
      await flushAll();
    },
  };
}
