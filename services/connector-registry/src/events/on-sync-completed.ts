import { on } from '@crossdock/bus';
import { syncCompleted } from '@crossdock/contracts';
import type { RegistryApp } from '../app/registry-app.ts';

/** Statistics of the connector; the store takes each event once and never an older sync after a newer one. */
export const onSyncCompleted = ({ recordSync }: RegistryApp) => on(syncCompleted, recordSync);
