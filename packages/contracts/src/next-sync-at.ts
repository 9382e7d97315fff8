import { sha256Hex } from '@crossdock/kernel';

const MINUTE_MS = 60_000;
const MAX_JITTER_MS = 60_000;

/**
 * When a connector is due again: one interval after its last sync (or its authorisation), never earlier,
 * and later by a share of min(10 % of the interval, 60 s) that its id decides, so that connectors spread.
 */
export function nextSyncAt(connectorId: string, lastSyncAt: Date, intervalMinutes: number): Date {
  const intervalMs = intervalMinutes * MINUTE_MS;
  const spread = Number.parseInt(sha256Hex(connectorId).slice(0, 8), 16) / 2 ** 32;
  return new Date(lastSyncAt.getTime() + intervalMs + Math.floor(spread * Math.min(intervalMs / 10, MAX_JITTER_MS)));
}
