import { demandFree, freePort, isFree } from './ports.ts';
import { StartError } from './start-error.ts';

/** Each port of the product: its number unless the variable says another, and what uses it. */
const TABLE = {
  gateway: { port: 8080, variable: 'GATEWAY_PORT', use: 'the APIs' },
  gatewayOps: { port: 9200, variable: 'GATEWAY_OPS_PORT', use: 'health of the gateway' },
  sandbox: { port: 8090, variable: 'SANDBOX_PORT', use: 'the sandbox' },
  control: { port: 8091, variable: 'CONTROL_PORT', use: 'control of the sandbox' },
  sandboxOps: { port: 9190, variable: 'SANDBOX_OPS_PORT', use: 'health of the sandbox' },
  receiver: { port: 8092, variable: 'RECEIVER_PORT', use: 'the webhook receiver of the tour' },
  registry: { port: 9101, variable: 'REGISTRY_PORT', use: 'connector-registry' },
  auth: { port: 9102, variable: 'AUTH_PORT', use: 'auth-channel' },
  shops: { port: 9103, variable: 'SHOPS_PORT', use: 'shop-settings' },
  orchestrator: { port: 9104, variable: 'ORCHESTRATOR_PORT', use: 'sync-orchestrator' },
  dispatcher: { port: 9105, variable: 'DISPATCHER_PORT', use: 'webhook-dispatcher' },
} as const;

type PortName = keyof typeof TABLE;

/** Of a service with gRPC, `port + 100` answers /livez, /readyz and /metrics. */
export type Ports = Record<PortName, number>;

const NAMES = Object.keys(TABLE) as PortName[];
const GRPC: ReadonlySet<PortName> = new Set(['registry', 'auth', 'shops', 'orchestrator', 'dispatcher']);

/** The ports of `npm start`; throws one sentence when some are no ports or are taken. */
export async function portsOf(env: NodeJS.ProcessEnv): Promise<Ports> {
  const ports = Object.fromEntries(NAMES.map((name) => [name, portOf(name, env)])) as Ports;
  await demandFree(
    NAMES.flatMap((name) => {
      const { variable, use } = TABLE[name];
      const own = { port: ports[name], variable, use };
      return GRPC.has(name) ? [own, { port: ports[name] + 100, variable, use: `health of ${use}` }] : [own];
    }),
  );
  return ports;
}

function portOf(name: PortName, env: NodeJS.ProcessEnv): number {
  const { port, variable } = TABLE[name];
  const text = env[variable];
  if (text === undefined || text === '') return port;
  const value = Number(text);
  if (Number.isInteger(value) && value > 0 && value < 65_436) return value;
  throw new StartError(`${variable} is wrong: it should be a port from 1 to 65435.`);
}

/** Ports nobody uses, for a product beside others. */
export async function freePorts(): Promise<Ports> {
  const ports: Partial<Ports> = {};
  for (const name of NAMES) ports[name] = GRPC.has(name) ? await freePair() : await freePort();
  return ports as Ports;
}

/** A free port whose health port is free too. */
async function freePair(): Promise<number> {
  for (;;) {
    const port = await freePort();
    if (port < 65_436 && (await isFree(port + 100))) return port;
  }
}
