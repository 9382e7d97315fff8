import { afterEach, expect, test } from '@jest/globals';
import {
  ShopServiceService,
  type ListShopsRequest,
  type ListShopsResponse,
} from '@crossdock/contracts/grpc/shop-settings';
import { AppError, currentTrace, inTrace, type Logger, newTraceparent } from '@crossdock/kernel';
import { createServer } from 'node:net';
import { Registry } from 'prom-client';
import { type CallContext, rpcClient, rpcServer, unary } from './index.ts';

type Handler = (request: ListShopsRequest, context: CallContext) => Promise<ListShopsResponse>;

const logged: object[] = [];
const log: Logger = {
  debug() {},
  info() {},
  warn() {},
  error: (fields) => void logged.push(fields as object),
  child: () => log,
};
const open: Array<() => Promise<void>> = [];
const page = { page: 1, pageSize: 10 };

afterEach(async () => {
  for (const close of open.splice(0).toReversed()) await close();
  logged.length = 0;
});

async function serve(handler: Handler, port = 0, metrics = new Registry()) {
  const unused = unary<unknown, never>(() => Promise.reject(new Error('not asked for')));
  const server = rpcServer({
    host: '127.0.0.1',
    port,
    log,
    metrics,
    services: [[ShopServiceService, { listShops: unary(handler), createShop: unused }]],
  });
  await server.start();
  open.push(() => server.stop());
  return server;
}

function connect(port: number, metrics = new Registry()) {
  const client = rpcClient(ShopServiceService, `127.0.0.1:${port}`, { metrics });
  open.push(() => client.stop());
  return client;
}

async function callOf(handler: Handler) {
  return connect((await serve(handler)).port()).call.listShops;
}

test('tenant, actor, trace and request id reach the handler, and its own trace is the caller’s', async () => {
  const met: CallContext[] = [];
  const traces: unknown[] = [];
  const list = await callOf(async (_request, context) => {
    met.push(context);
    traces.push(currentTrace()?.traceparent);
    return { items: [], total: 0 };
  });
  const trace = { traceparent: newTraceparent(), requestId: 'r-1' };
  await inTrace(trace, () => list(page, { tenant: 'demo', actor: 'user:1' }));
  expect(met[0]).toMatchObject({ tenant: 'demo', actor: 'user:1', ...trace });
  expect(traces).toEqual([trace.traceparent]);
});

test('an AppError crosses the wire whole', async () => {
  const error = new AppError('conflict', 'CONNECTOR_001', '该平台店铺已存在连接器', {
    details: { 'config.shop_id': ['已存在'] },
    retryAfterMs: 1_500,
  });
  const list = await callOf(() => Promise.reject(error));
  await expect(list(page)).rejects.toMatchObject({
    name: 'AppError',
    kind: 'conflict',
    code: 'CONNECTOR_001',
    message: '该平台店铺已存在连接器',
    details: { 'config.shop_id': ['已存在'] },
    retryAfterMs: 1_500,
  });
});

test('an unknown failure says nothing of itself to the caller and is logged here', async () => {
  const list = await callOf(() => Promise.reject(new Error('E11000 secret index')));
  const failure = await list(page).catch((err: Error) => err);
  expect(failure).toMatchObject({ kind: 'internal', code: 'INTERNAL' });
  expect(String((failure as Error).message)).not.toContain('E11000');
  expect(logged).toMatchObject([{ method: 'listShops', err: { message: 'E11000 secret index' } }]);
});

test('details too large for a header stay behind, the error itself arrives', async () => {
  const details = Object.fromEntries(Array.from({ length: 1_000 }, (_, n) => [`field_${n}`, ['字段错误']]));
  const list = await callOf(() => Promise.reject(new AppError('invalid', 'VALIDATION', '参数校验失败', { details })));
  await expect(list(page)).rejects.toMatchObject({ kind: 'invalid', details: undefined });
});

test('a peer that is away fails at once with unavailable, not at the deadline, and serves again soon after its return', async () => {
  const server = await serve(async () => ({ items: [], total: 1 }));
  const { call } = connect(server.port());
  expect(await call.listShops(page)).toEqual({ items: [], total: 1 });
  await server.stop();
  const begun = Date.now();
  await expect(call.listShops(page, { deadlineMs: 60_000 })).rejects.toMatchObject({
    kind: 'unavailable',
    retryAfterMs: 1_000,
  });
  expect(Date.now() - begun).toBeLessThan(30_000);
  await serve(async () => ({ items: [], total: 2 }), server.port());
  const back = Date.now();
  let total = 0;
  while (total === 0)
    total = await call.listShops(page).then(
      (answer) => answer.total,
      () => 0,
    );
  expect(Date.now() - back).toBeLessThan(20_000);
});

test('a peer that accepts and never speaks is unavailable when the deadline passes', async () => {
  const silent = createServer((socket) => void socket.unref())
    .listen(0, '127.0.0.1')
    .unref();
  await new Promise((resolve) => silent.once('listening', resolve));
  const client = connect((silent.address() as { port: number }).port);
  await expect(client.call.listShops(page, { deadlineMs: 200 })).rejects.toMatchObject({ kind: 'unavailable' });
});

test('a call made while answering gets no more time than its caller left, and the caller’s leaving aborts the handler', async () => {
  const aborted = Promise.withResolvers<number>();
  const inner = await callOf((_request, { signal, deadline }) => {
    const left = deadline.getTime() - Date.now();
    return new Promise((resolve) => {
      signal.addEventListener('abort', () => {
        aborted.resolve(left);
        resolve({ items: [], total: 0 });
      });
    });
  });
  const outer = await callOf((request) => inner(request, { deadlineMs: 10_000 }));
  await expect(outer(page, { deadlineMs: 300 })).rejects.toMatchObject({ kind: 'unavailable' });
  expect(await aborted.promise).toBeLessThanOrEqual(300);
});

test('a client is ready once it reached its peer, and stays so when the peer goes', async () => {
  const server = await serve(async () => ({ items: [], total: 0 }));
  const client = connect(server.port());
  expect(client.check?.()).toMatch(/is not reached yet/);
  await client.call.listShops(page);
  expect(client.check?.()).toBeNull();
  await server.stop();
  expect(client.check?.()).toBeNull();
});

test('a taken port is named', async () => {
  const server = await serve(async () => ({ items: [], total: 0 }));
  await expect(serve(async () => ({ items: [], total: 0 }), server.port())).rejects.toThrow(
    `port ${server.port()} is in use`,
  );
});

test('calls are counted by method and code on both sides, whatever came of them', async () => {
  const metrics = new Registry();
  const handler: Handler = async (request) => {
    if (request.page === 1) return { items: [], total: 0 };
    throw new AppError('not_found', 'GONE', '资源不存在');
  };
  const { port } = await serve(handler, 0, metrics);
  const [one, other] = [connect(port(), metrics), connect(port(), metrics)];
  await one.call.listShops(page);
  await other.call.listShops(page);
  await expect(one.call.listShops({ ...page, page: 2 })).rejects.toThrow();
  const told = await metrics.metrics();
  const method = 'method="crossdock.shop_settings.v1.ShopService/ListShops"';
  for (const side of ['client', 'server']) {
    expect(told).toContain(`crossdock_grpc_${side}_calls_total{${method},code="OK"} 2`);
    expect(told).toContain(`crossdock_grpc_${side}_calls_total{${method},code="NOT_FOUND"} 1`);
  }
  expect(told).toContain(`crossdock_grpc_server_call_duration_seconds_count{${method}} 3`);
});
