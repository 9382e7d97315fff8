import { type Clock, type Logger, type Part, sleep } from '@crossdock/kernel';
import type { PayloadExpiry } from '../store/payload-expiry.ts';

const KEPT_MS = 30 * 86_400_000;
const EVERY_MS = 600_000;

/** Takes the bytes out of deliveries older than 30 days; whole rows go by TTL indexes after 90. */
export function payloadRetention({ expiry, clock, log }: { expiry: PayloadExpiry; clock: Clock; log: Logger }): Part {
  const stopping = new AbortController();
  let living: Promise<void> = Promise.resolve();

  async function live(): Promise<void> {
    while (!stopping.signal.aborted) {
      const before = new Date(clock().getTime() - KEPT_MS);
      await expiry.expire(before).catch((err: unknown) => log.warn({ err }, 'old payloads could not be taken out'));
      await sleep(EVERY_MS, stopping.signal);
    }
  }

  return {
    name: 'payload retention',
    async start() {
      living = live();
    },
    async stop() {
      stopping.abort();
      await living;
    },
  };
}
