import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Counter, Histogram, type Registry } from 'prom-client';

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** One name for whatever no route took. */
export const UNMATCHED = 'unmatched';

/** The route's template, never the address. */
export const routeOf = (req: FastifyRequest): string => (req.is404 ? UNMATCHED : (req.routeOptions.url ?? UNMATCHED));

export interface RequestMeter {
  count(route: string, method: string, status: number): void;
  duration(route: string, method: string, seconds: number): void;
}

export function requestMeter(registry: Registry): RequestMeter {
  const requests = new Counter({
    name: 'crossdock_http_requests_total',
    help: 'HTTP requests answered, by route, method and status',
    labelNames: ['route', 'method', 'status'],
    registers: [registry],
  });
  const duration = new Histogram({
    name: 'crossdock_http_request_duration_seconds',
    help: 'Time from an HTTP request to the end of its answer',
    labelNames: ['route', 'method'],
    buckets: SECONDS,
    registers: [registry],
  });
  return {
    count: (route, method, status) => requests.inc({ route, method, status }),
    duration: (route, method, seconds) => duration.observe({ route, method }, seconds),
  };
}

/** What never became a request of a route (a broken address) has no response hook and is counted where it is refused. */
export function measureRequests(app: FastifyInstance, meter: RequestMeter): void {
  app.addHook('onResponse', (req, reply, done) => {
    const route = routeOf(req);
    meter.count(route, req.method, reply.statusCode);
    // A stream lasts as long as its reader stays.
    if (reply.getHeader('content-type') !== 'text/event-stream')
      meter.duration(route, req.method, reply.elapsedTime / 1e3);
    done();
  });
}
