import type { Clock, Logger, Part } from '@crossdock/kernel';
import type { Outbound } from '@crossdock/outbound';
import type { Registry } from 'prom-client';
import type { EndpointSecrets } from '../app/secrets.ts';
import type { AttemptStore } from '../store/attempts.ts';
import type { DeliveryStore } from '../store/deliveries.ts';
import type { EndpointStore } from '../store/endpoints.ts';
import type { WorkerStore } from '../store/workers.ts';
import { createClaimer, type Claimer } from './claimer.ts';
import { createHolder } from './holder.ts';
import { createIntake, type Intake } from './intake.ts';
import { createLanes, type Lanes } from './lanes.ts';
import { attemptMeter, measureQueue } from './metrics.ts';
import { createSender } from './sender.ts';
import { createSettler } from './settler.ts';

export interface WorkerDeps {
  endpoints: EndpointStore;
  deliveries: DeliveryStore;
  attempts: AttemptStore;
  workers: WorkerStore;
  secrets: EndpointSecrets;
  outbound: Outbound;
  disableGone: (endpointId: string) => Promise<void>;
  clock: Clock;
  log: Logger;
  metrics: Registry;
}

/** All that sends: what comes in through `deliver`, and what is due in the store. */
export function createWorker(deps: WorkerDeps): Part & { deliver: Intake } {
  const { endpoints, deliveries, attempts, workers, secrets, outbound, disableGone, clock, log, metrics } = deps;
  const holder = createHolder({
    workers,
    deliveries,
    clock,
    log,
    onBeat: () => lanes.beat(),
    onFreed: () => claimer.wake(),
  });
  const settler = createSettler({ attempts, deliveries, disableGone, log });
  const send = createSender({ outbound, secrets, clock });
  const lanes: Lanes = createLanes({
    holder,
    send,
    onAttempt: attemptMeter(metrics),
    settler,
    endpoints,
    deliveries,
    log,
    refill: (id) => void claimer.refill(id),
  });
  const claimer: Claimer = createClaimer({ holder, lanes, settler, endpoints, deliveries, attempts, clock, log });

  measureQueue(metrics, lanes.inFlight, () => deliveries.backlog(clock()));

  return {
    name: 'deliveries',
    deliver: createIntake({ endpoints, deliveries, lanes, holder, clock }),
    async start() {
      await holder.start();
      claimer.start();
    },
    async stop() {
      await claimer.stop();
      await lanes.stop(() => outbound.close());
      await settler.idle();
      await holder.stop();
    },
    check: () => (holder.current() === null ? 'the lease on deliveries is not sure' : null),
  };
}
