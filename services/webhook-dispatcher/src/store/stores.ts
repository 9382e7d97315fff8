import type { Connection } from 'mongoose';
import { attemptStore } from './attempts.ts';
import { connectorStore } from './connectors.ts';
import { deliveryHolding } from './delivery-holding.ts';
import { deliveryLog } from './delivery-log.ts';
import { deliveryStore } from './deliveries.ts';
import { endpointHealth } from './endpoint-health.ts';
import { endpointStore } from './endpoints.ts';
import { payloadExpiry } from './payload-expiry.ts';
import { recoveryStore } from './recoveries.ts';
import { resendStore } from './resends.ts';
import { workerStore } from './workers.ts';

/** Everything the service keeps, by what it is for; several may look at one collection. */
export function openStores(db: Connection) {
  const endpoints = endpointStore(db);
  const connectors = connectorStore(db);
  const deliveries = deliveryStore(db);
  const attempts = attemptStore(db);
  const recoveries = recoveryStore(db);
  const workers = workerStore(db);
  return {
    endpoints,
    connectors,
    deliveries,
    attempts,
    recoveries,
    workers,
    health: endpointHealth(endpoints.model),
    holding: deliveryHolding(deliveries.model),
    deliveryLog: deliveryLog(deliveries.model),
    resends: resendStore(deliveries.model),
    expiry: payloadExpiry(db, deliveries.model),
    models: [endpoints.model, connectors.model, deliveries.model, attempts.model, recoveries.model, workers.model],
  };
}
