import { freePorts, type Child } from '@crossdock/stack';
import { until } from '@crossdock/stack/until';
import { logIn, type User } from '../e2e/users.ts';
import { startShopWorld, type ShopWorld } from '../failpoints/doomed-world.ts';
import { peerAt, type Peer } from './peer.ts';

/** A gateway with a registry and an orchestrator of its own; all sides share the stores. */
export interface Side {
  gateway: string;
  admin: User;
  /** Of the tenant with few places. */
  other: User;
  registry: Peer;
  orchestrator: Peer;
  /** SIGKILL of its registry; another one serves when this resolves. */
  killRegistry(): Promise<void>;
}

export interface RacingWorld extends ShopWorld {
  sides: Side[];
}

const HOST = '127.0.0.1';
const START_MS = 60_000;

type Ports = Awaited<ReturnType<typeof freePorts>>;

/** The product, and beside each of its gateway, registry and orchestrator as many more as there are sides to be. */
export async function startRacingWorld(count: number): Promise<RacingWorld> {
  await using starting = new AsyncDisposableStack();
  const ports = await freePorts();
  const world = starting.use(await startShopWorld({ ports, env: { INBOUND_LIMIT_PER_SECOND: '1000000' } }));
  const killFirst = async () => {
    const pid = world.stack.pid('connector-registry');
    world.stack.kill('connector-registry');
    await until(() => world.stack.pid('connector-registry') !== pid, { what: 'its successor' });
    await serves(ports.registry + 100);
  };
  const sides = [await sideAt(starting, ports, killFirst)];
  while (sides.length < count) {
    const own = await freePorts();
    sides.push(await sideAt(starting, own, await startOthers(world, own)));
  }
  const all = starting.move();
  return { ...world, sides, [Symbol.asyncDispose]: () => all.disposeAsync() };
}

const serves = (opsPort: number) =>
  until(async () => (await fetch(`http://${HOST}:${opsPort}/readyz`)).ok, {
    timeoutMs: START_MS,
    what: `who answers at ${opsPort}`,
  });

async function startOthers({ stack }: ShopWorld, ports: Ports): Promise<() => Promise<void>> {
  const grpc = (port: number) => ({ GRPC_PORT: String(port), OPS_PORT: String(port + 100) });
  const REGISTRY_ADDRESS = `${HOST}:${ports.registry}`;
  const ORCHESTRATOR_ADDRESS = `${HOST}:${ports.orchestrator}`;
  const startRegistry = () => stack.another('connector-registry', grpc(ports.registry));
  let registry: Child = await startRegistry();
  await stack.another('sync-orchestrator', { ...grpc(ports.orchestrator), REGISTRY_ADDRESS });
  await stack.another('gateway', {
    GATEWAY_PORT: String(ports.gateway),
    OPS_PORT: String(ports.gatewayOps),
    REGISTRY_ADDRESS,
    ORCHESTRATOR_ADDRESS,
  });
  for (const port of [ports.registry + 100, ports.orchestrator + 100, ports.gatewayOps]) await serves(port);
  return async () => {
    process.kill(registry.pid, 'SIGKILL');
    await registry.exited;
    registry = await startRegistry();
    await serves(ports.registry + 100);
  };
}

async function sideAt(scope: AsyncDisposableStack, ports: Ports, killRegistry: () => Promise<void>): Promise<Side> {
  const gateway = `http://${HOST}:${ports.gateway}`;
  const [registry, orchestrator] = [peerAt(`${HOST}:${ports.registry}`), peerAt(`${HOST}:${ports.orchestrator}`)];
  for (const peer of [registry, orchestrator]) scope.defer(() => peer.close());
  return {
    gateway,
    admin: await logIn(gateway, 'admin@example.com'),
    other: await logIn(gateway, 'admin@other.example'),
    registry,
    orchestrator,
    killRegistry,
  };
}
