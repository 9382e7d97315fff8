import { PlatformError, type Clock } from '@crossdock/kernel';
import { CLOSED_SHOP_MS } from '../domain/failure.ts';

/** Shops that refused a call because they are closed: what one task of the process met, the others need not try. */
export function closedShops(clock: Clock) {
  const closedUntil = new Map<string, number>();
  return {
    met(connectorId: string): void {
      closedUntil.set(connectorId, clock().getTime() + CLOSED_SHOP_MS);
    },

    /** It answered, or somebody wants it tried. */
    reopened(connectorId: string): void {
      closedUntil.delete(connectorId);
    },

    /** Throws SHOP_CLOSED with the time that is left. */
    check(connectorId: string): void {
      const until = closedUntil.get(connectorId);
      if (until === undefined) return;
      const leftMs = until - clock().getTime();
      if (leftMs > 0) throw new PlatformError('SHOP_CLOSED', 'the shop is closed', { retryAfterMs: leftMs });
      closedUntil.delete(connectorId);
    },
  };
}

export type ClosedShops = ReturnType<typeof closedShops>;
