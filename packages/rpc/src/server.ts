import type { Logger, Part } from '@crossdock/kernel';
import {
  type handleUnaryCall,
  logVerbosity,
  type sendUnaryData,
  Server,
  ServerCredentials,
  setLogVerbosity,
  type ServerUnaryCall,
  type ServiceDefinition,
  status,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js';
import { HealthImplementation } from 'grpc-health-check';
import { Registry } from 'prom-client';
import { messageLimits } from './channel-options.ts';
import { type CallMeter, serverMeter } from './metrics.ts';

const DRAIN_LIMIT_MS = 15_000;

// grpc-js writes plain text to stderr about what we report ourselves.
setLogVerbosity(logVerbosity.NONE);

export interface RpcServerOptions {
  host: string;
  port: number;
  services: Array<[ServiceDefinition, UntypedServiceImplementation]>;
  log: Logger;
  metrics?: Registry;
}

/** Serves the given services and the standard health service; `stop` lets running calls end. */
export function rpcServer({
  host,
  port,
  services,
  log,
  metrics = new Registry(),
}: RpcServerOptions): Part & { port(): number } {
  const measure = serverMeter(metrics);
  let server: Server | undefined;
  let bound = port;
  const health = new HealthImplementation({ '': 'NOT_SERVING' });

  function build(): Server {
    const built = new Server(messageLimits);
    for (const [definition, implementation] of services)
      built.addService(definition, watched(implementation, measure, log));
    health.addToServer(built);
    return built;
  }

  return {
    name: 'grpc',
    port: () => bound,
    async start() {
      const starting = build();
      bound = await bind(starting, host, port);
      server = starting;
      health.setStatus('', 'SERVING');
    },
    async stop() {
      health.setStatus('', 'NOT_SERVING');
      if (server !== undefined) await drain(server);
    },
  };
}

const bind = (server: Server, host: string, port: number): Promise<number> =>
  new Promise((resolve, reject) => {
    server.bindAsync(`${host}:${port}`, ServerCredentials.createInsecure(), (err, actual) => {
      if (err === null) return resolve(actual);
      reject(Object.assign(new Error(`port ${port} is in use or refused`, { cause: err }), { code: 'EADDRINUSE' }));
    });
  });

const drain = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    const late = setTimeout(() => server.forceShutdown(), DRAIN_LIMIT_MS);
    server.tryShutdown(() => {
      clearTimeout(late);
      resolve();
    });
  });

/** Counts every answer. A caller learns only that something broke; what it was stands in our log. */
function watched(
  implementation: UntypedServiceImplementation,
  measure: CallMeter,
  log: Logger,
): UntypedServiceImplementation {
  const wrap =
    (method: string, handler: handleUnaryCall<unknown, unknown>): handleUnaryCall<unknown, unknown> =>
    (call: ServerUnaryCall<unknown, unknown>, callback: sendUnaryData<unknown>) => {
      const began = performance.now();
      handler(call, (err, ...rest) => {
        const cause = err === null ? undefined : (err as Error).cause;
        if (cause !== undefined) log.error({ err: cause, method }, 'call failed');
        measure(call.getPath().slice(1), err?.code ?? status.OK, (performance.now() - began) / 1e3);
        callback(err, ...rest);
      });
    };
  return Object.fromEntries(
    Object.entries(implementation).map(([method, handler]) => [
      method,
      wrap(method, handler as handleUnaryCall<unknown, unknown>),
    ]),
  );
}
