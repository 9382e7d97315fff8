import { fileURLToPath } from 'node:url';
import { DeliveryServiceService, EndpointServiceService } from '@crossdock/contracts/grpc/webhook-dispatcher';
import { rpcClient } from '@crossdock/rpc';
import { type DoomedService, doomedService, until } from '@crossdock/testing';
import { openStores } from '../../src/store/stores.ts';
import { type Arrival, type Fault, partners, type Partners } from '../chaos/partners.ts';
import { stage, type Stage } from '../stage.ts';

const ENTRY = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
const ALLOW = '127.0.0.0/8';
const DEADLINE = { deadlineMs: 5_000 };
const PATIENCE_MS = 120_000;

/** A dispatcher that dies where it is told to and is started again at once, and everybody around it. */
export interface Doomed extends AsyncDisposable {
  theatre: Stage;
  service: DoomedService;
  stores: ReturnType<typeof openStores>;
  town: Partners;
  /** How a partner answers, by path; who is not named accepts everything. */
  manners: Map<string, (arrival: Arrival) => Fault>;
  /** What a caller can ask, of whichever process serves callers now. */
  api(): Api;
  /** Another process beside it, which serves callers until it is stopped. */
  another(): Promise<AsyncDisposable>;
}

function apiAt(port: number) {
  const endpoints = rpcClient(EndpointServiceService, `127.0.0.1:${port}`, DEADLINE);
  const deliveries = rpcClient(DeliveryServiceService, `127.0.0.1:${port}`, DEADLINE);
  const stop = () => Promise.all([endpoints.stop(), deliveries.stop()]);
  return { endpoints: endpoints.call, deliveries: deliveries.call, stop };
}

export type Api = ReturnType<typeof apiAt>;

/** Asks as a caller does whose service died: again, until it is answered. */
export const insist = <T>(ask: () => Promise<T>): Promise<NonNullable<T>> =>
  until(ask, { timeoutMs: PATIENCE_MS, everyMs: 50, what: 'an answer' });

export async function doomedDispatcher(): Promise<Doomed> {
  await using starting = new AsyncDisposableStack();
  const theatre = await stage();
  starting.defer(theatre.close);
  const manners: Doomed['manners'] = new Map();
  const town = await partners((arrival) => manners.get(arrival.path)?.(arrival) ?? {});
  starting.defer(town.stop);
  const environment = theatre.environment(ALLOW);
  const service = starting.use(await doomedService(ENTRY, environment));
  const own = apiAt(service.port);
  starting.defer(async () => void (await own.stop()));
  let asked = own;

  async function another(): Promise<AsyncDisposable> {
    const other = await doomedService(ENTRY, environment);
    const beside = apiAt(other.port);
    asked = beside;
    return {
      async [Symbol.asyncDispose]() {
        asked = own;
        await other[Symbol.asyncDispose]();
        await beside.stop();
      },
    };
  }

  const all = starting.move();
  return {
    theatre,
    service,
    stores: openStores(theatre.db),
    town,
    manners,
    api: () => asked,
    another,
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
}
