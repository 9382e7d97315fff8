import { systemClock } from '@crossdock/kernel';
import { createOutbound } from '@crossdock/outbound';
import { readConfig } from '@crossdock/runtime';
import { createVault } from '@crossdock/vault';
import type { Connection } from 'mongoose';
import { Registry } from 'prom-client';
import { type Call, createCall } from '../../src/app/call.ts';
import { createCredentials } from '../../src/app/credentials.ts';
import { endpointSecrets } from '../../src/app/secrets.ts';
import { configSchema } from '../../src/config.ts';
import { createWorker } from '../../src/delivery/worker.ts';
import { openStores } from '../../src/store/stores.ts';
import { quiet, type Stage } from '../stage.ts';

type Stores = ReturnType<typeof openStores>;

/** What a test may replace. */
export interface Parts {
  db: Connection;
  attempts: Stores['attempts'];
  deliveries: Stores['deliveries'];
  call: Call;
}

/** Workers of the real source in this process, on one database; `replace` puts something else in place of a part. */
export function workersOn(theatre: Stage, db: Connection, replace: (honest: Parts) => Partial<Parts> = () => ({})) {
  const own = openStores(db);
  const { KEY_ENCRYPTION_KEYS: keys } = readConfig(configSchema, theatre.environment(''));
  const outbound = createOutbound({ allow: '127.0.0.0/8' });
  const credentials = createCredentials(endpointSecrets(createVault(keys)));
  const call = createCall({ outbound, credentials, clock: systemClock });
  const honest: Parts = { db, attempts: own.attempts, deliveries: own.deliveries, call };
  const parts = { ...honest, ...replace(honest) };
  const app = { disable: async () => undefined, warnFailing: async () => undefined };
  const workers = [0, 1].map(() =>
    createWorker({ ...own, ...parts, app, outbound, clock: systemClock, log: quiet, metrics: new Registry() }),
  );
  return { stores: own, workers: workers as [Worker, Worker] };
}

export type Worker = ReturnType<typeof createWorker>;
