import type { Logger, Part } from '@crossdock/kernel';
import {
  logVerbosity,
  Server,
  ServerCredentials,
  setLogVerbosity,
  type ServiceDefinition,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js';
import { HealthImplementation } from 'grpc-health-check';
import { Registry } from 'prom-client';
import { messageLimits } from './channel-options.ts';
import { serverMeter } from './metrics.ts';
import { watched, type WatchedCalls } from './watched.ts';

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

/** Serves the given services and the standard health service; `stop` lets running calls end, and ends streams as unavailable. */
export function rpcServer({
  host,
  port,
  services,
  log,
  metrics = new Registry(),
}: RpcServerOptions): Part & { port(): number } {
  const calls: WatchedCalls = { measure: serverMeter(metrics), log, streams: new Set() };
  let server: Server | undefined;
  let bound = port;
  const health = new HealthImplementation({ '': 'NOT_SERVING' });

  function build(): Server {
    const built = new Server(messageLimits);
    for (const [definition, implementation] of services)
      built.addService(definition, watched(definition, implementation, calls));
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
      for (const end of calls.streams) end();
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
