import { monitorEventLoopDelay } from 'node:perf_hooks';
import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';

/** How often the event loop's delay is looked at; each sample counts this interval in. */
const SAMPLE_MS = 10;

/** The registry behind /metrics, with the process's own figures (memory, CPU, event loop) in it. The README lists what the parts add. */
export function createMetrics(service: string): Registry {
  const registry = new Registry();
  registry.setDefaultLabels({ service });
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: 20 });
  measureLoopDelay(registry);
  return registry;
}

function measureLoopDelay(registry: Registry): void {
  const delay = monitorEventLoopDelay({ resolution: SAMPLE_MS });
  delay.enable();
  const seconds = (nanoseconds: number) => Math.max(0, nanoseconds / 1e9 - SAMPLE_MS / 1e3);
  const gauge = (name: string, help: string, read: (from: typeof delay) => number) =>
    new Gauge({
      name,
      help,
      registers: [registry],
      collect() {
        this.set(seconds(read(delay)));
      },
    });
  gauge(
    'crossdock_event_loop_delay_p99_seconds',
    'How late timers fire, 99th percentile since the last scrape',
    (from) => from.percentile(99),
  );
  gauge('crossdock_event_loop_delay_max_seconds', 'How late a timer fired at most since the last scrape', (from) => {
    const { max } = from;
    from.reset();
    return max;
  });
}
