import { collectDefaultMetrics, Registry } from 'prom-client';

/** The registry behind /metrics, with the process's own figures (memory, CPU, event loop delay) in it. */
export function createMetrics(service: string): Registry {
  const registry = new Registry();
  registry.setDefaultLabels({ service });
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: 20 });
  return registry;
}
