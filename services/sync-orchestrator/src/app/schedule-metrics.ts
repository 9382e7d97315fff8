import { Counter, Histogram, type Registry } from 'prom-client';

export interface ScheduleMeter {
  /** A connector's tasks were started, so long after it was due. */
  ran(lagMs: number): void;
  /** That many of them were new. */
  started(tasks: number): void;
}

export function scheduleMeter(registry: Registry): ScheduleMeter {
  const lag = new Histogram({
    name: 'crossdock_schedule_lag_seconds',
    help: 'How long after it was due a connector’s tasks were started',
    buckets: [0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60, 300],
    registers: [registry],
  });
  const tasks = new Counter({
    name: 'crossdock_scheduled_tasks_total',
    help: 'Sync tasks started because their connector was due',
    registers: [registry],
  });
  return {
    ran: (lagMs) => lag.observe(lagMs / 1_000),
    started: (count) => tasks.inc(count),
  };
}
