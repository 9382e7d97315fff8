import type { Clock } from '@crossdock/kernel';
import type { ConnectorStore } from '../store/connectors.ts';

/** So long the history of a deleted connector is found by its id: a year's business, and some. */
const KEPT_DAYS = 400;
const DAY_MS = 86_400_000;
const ROUND = 500;

/** Forgets connectors deleted long ago, of which everybody has been told. */
export const purging = ({ connectors, clock }: { connectors: ConnectorStore; clock: Clock }) =>
  async function purge(): Promise<number> {
    return connectors.purge(new Date(clock().getTime() - KEPT_DAYS * DAY_MS), ROUND);
  };
