import { status } from '@grpc/grpc-js';
import { Counter, Histogram, type Registry } from 'prom-client';

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

/** `name` is `package.Service/Method`; `code` what the peer answered, `OK` without a failure; no `seconds` for a stream. */
export type CallMeter = (name: string, code: status, seconds?: number) => void;

export function serverMeter(registry: Registry): CallMeter {
  const calls = new Counter({
    name: 'crossdock_grpc_server_calls_total',
    help: 'gRPC calls answered, by method and code',
    labelNames: ['method', 'code'],
    registers: [registry],
  });
  const duration = new Histogram({
    name: 'crossdock_grpc_server_call_duration_seconds',
    help: 'Time from a gRPC call to its answer',
    labelNames: ['method'],
    buckets: SECONDS,
    registers: [registry],
  });
  return (method, code, seconds) => {
    calls.inc({ method, code: status[code] });
    if (seconds !== undefined) duration.observe({ method }, seconds);
  };
}

const CLIENT_CALLS = 'crossdock_grpc_client_calls_total';

/** One counter for all the clients of a process. */
export function clientMeter(registry: Registry): (name: string, code: status) => void {
  const known = registry.getSingleMetric(CLIENT_CALLS) as Counter<'method' | 'code'> | undefined;
  const calls =
    known ??
    new Counter({
      name: CLIENT_CALLS,
      help: 'gRPC calls made, by method and code',
      labelNames: ['method', 'code'],
      registers: [registry],
    });
  return (method, code) => calls.inc({ method, code: status[code] });
}
