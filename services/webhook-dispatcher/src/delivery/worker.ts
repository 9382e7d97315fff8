import type { Clock, Logger, Part } from '@crossdock/kernel';
import type { Outbound } from '@crossdock/outbound';
import type { Registry } from 'prom-client';
import type { Call } from '../app/call.ts';
import type { EndpointApp } from '../app/endpoints.ts';
import type { AttemptStore } from '../store/attempts.ts';
import type { DeliveryHolding } from '../store/delivery-holding.ts';
import type { DeliveryStore } from '../store/deliveries.ts';
import type { EndpointHealth } from '../store/endpoint-health.ts';
import type { EndpointStore } from '../store/endpoints.ts';
import type { WorkerStore } from '../store/workers.ts';
import { createClaimer, type Claimer } from './claimer.ts';
import { createFilters } from './filters.ts';
import { createGate } from './gate.ts';
import { createHealthWatch } from './health.ts';
import { createHolder } from './holder.ts';
import { createIntake, type Intake } from './intake.ts';
import { createLanes, type Lanes } from './lanes.ts';
import { attemptMeter, measureQueue } from './metrics.ts';
import { createSender } from './sender.ts';
import { createSettler } from './settler.ts';

export interface WorkerDeps {
  endpoints: EndpointStore;
  health: EndpointHealth;
  deliveries: DeliveryStore;
  holding: DeliveryHolding;
  attempts: AttemptStore;
  workers: WorkerStore;
  app: Pick<EndpointApp, 'disable' | 'warnFailing'>;
  call: Call;
  outbound: Pick<Outbound, 'close'>;
  clock: Clock;
  log: Logger;
  metrics: Registry;
}

/** All that sends: what comes in through `deliver`, and what is due in the store. `wake` tells it that something became due. */
export function createWorker(deps: WorkerDeps): Part & { deliver: Intake; wake: () => void } {
  const { endpoints, health, deliveries, holding, attempts, workers, app, call, outbound, clock, log, metrics } = deps;
  const wake = () => claimer.wake();
  const holder = createHolder({ workers, deliveries, clock, log, onBeat: () => lanes.beat(), onFreed: wake });
  const settler = createSettler({ attempts, deliveries, disable: app.disable, log });
  const watch = createHealthWatch({ health, holding, app, wake, clock, log });
  const lanes: Lanes = createLanes({
    holder,
    send: createSender({ call, clock }),
    onAttempt: attemptMeter(metrics, clock),
    settler,
    gate: createGate({ endpoints, health, holding, clock }),
    watch,
    health,
    refill: (id) => void claimer.refill(id),
    clock,
    log,
  });
  const claimer: Claimer = createClaimer({ holder, lanes, settler, endpoints, deliveries, attempts, clock, log });

  measureQueue(metrics, {
    inFlight: lanes.inFlight,
    backlog: () => deliveries.backlog(clock()),
    openBreakers: health.countOpen,
  });

  return {
    name: 'deliveries',
    wake,
    deliver: createIntake({ endpoints, deliveries, lanes, holder, filters: createFilters(), clock }),
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
