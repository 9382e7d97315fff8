import { afterEach, expect, test } from '@jest/globals';
import {
  SyncServiceService,
  Task,
  type WatchTaskRequest,
  type WatchTaskResponse,
} from '@crossdock/contracts/grpc/sync-orchestrator';
import { AppError, type Logger } from '@crossdock/kernel';
import { Registry } from 'prom-client';
import { rpcClient, rpcServer, serverStream, type StreamContext, unary } from './index.ts';

type Handler = (request: WatchTaskRequest, context: StreamContext) => AsyncIterable<WatchTaskResponse>;

const logged: object[] = [];
const log: Logger = {
  debug() {},
  info() {},
  warn() {},
  error: (fields) => void logged.push(fields as object),
  child: () => log,
};
const open: Array<() => Promise<void>> = [];

afterEach(async () => {
  for (const close of open.splice(0).toReversed()) await close();
  logged.length = 0;
});

const request = { connectorId: 'c', taskId: 't' };
const state = (version: string): WatchTaskResponse => ({ task: Task.decode(new Uint8Array()), version });

/** A service whose stream is this, and a client of it. */
async function serve(handler: Handler) {
  const metrics = new Registry();
  const unused = unary<unknown, never>(() => Promise.reject(new Error('not asked for')));
  const methods = Object.keys(SyncServiceService).map((method) => [method, unused]);
  const server = rpcServer({
    host: '127.0.0.1',
    port: 0,
    log,
    metrics,
    services: [[SyncServiceService, { ...Object.fromEntries(methods), watchTask: serverStream(handler) }]],
  });
  await server.start();
  const client = rpcClient(SyncServiceService, `127.0.0.1:${server.port()}`, { deadlineMs: 1, metrics });
  open.push(server.stop, client.stop);
  return { server, watch: client.call.watchTask, metrics };
}

async function take(stream: AsyncIterable<WatchTaskResponse>, versions: string[] = []): Promise<string[]> {
  for await (const { version } of stream) versions.push(version);
  return versions;
}

/** Yields one state, then nothing until the caller or the server left; tells when that was. */
function endless() {
  const left = Promise.withResolvers<void>();
  const handler: Handler = async function* (_request, { signal }) {
    yield state('1');
    await new Promise((resolve) => signal.addEventListener('abort', resolve));
    left.resolve();
  };
  return { handler, left: left.promise };
}

test('what a handler yields arrives in order, without a deadline, and tenant and actor reach it', async () => {
  const met: StreamContext[] = [];
  const { watch, metrics } = await serve(async function* (_request, context) {
    met.push(context);
    for (let n = 0; n < 500; n++) yield state(String(n));
  });
  const versions = await take(watch(request, { tenant: 'demo', actor: 'user:1' }));
  expect(versions).toEqual(Array.from({ length: 500 }, (_, n) => String(n)));
  expect(met[0]).toMatchObject({ tenant: 'demo', actor: 'user:1' });
  const told = await metrics.metrics();
  const method = 'method="crossdock.sync_orchestrator.v1.SyncService/WatchTask",code="OK"';
  expect(told).toContain(`crossdock_grpc_client_calls_total{${method}} 1`);
  expect(told).toContain(`crossdock_grpc_server_calls_total{${method}} 1`);
});

test('an AppError crosses the wire whole, also after what came before it', async () => {
  const { watch } = await serve(async function* () {
    yield state('1');
    throw new AppError('not_found', 'TASK_NOT_FOUND', '同步任务不存在');
  });
  const versions: string[] = [];
  await expect(take(watch(request), versions)).rejects.toMatchObject({ kind: 'not_found', message: '同步任务不存在' });
  expect(versions).toEqual(['1']);
});

test('an unknown failure says nothing of itself to the caller and is logged here', async () => {
  const { watch } = await serve(async function* () {
    yield state('1');
    throw new Error('E11000 secret index');
  });
  await expect(take(watch(request))).rejects.toMatchObject({ kind: 'internal', code: 'INTERNAL' });
  expect(logged).toMatchObject([{ method: 'watchTask', err: { message: 'E11000 secret index' } }]);
});

test('a caller that stops reading ends the handler', async () => {
  const { handler, left } = endless();
  const { watch } = await serve(handler);
  for await (const { version } of watch(request)) {
    expect(version).toBe('1');
    break;
  }
  await left;
});

test('aborting the signal ends the stream on both sides, quietly', async () => {
  const { handler, left } = endless();
  const { watch } = await serve(handler);
  const leaving = new AbortController();
  const stream = watch(request, { signal: leaving.signal });
  expect(await stream.next()).toMatchObject({ value: { version: '1' } });
  const rest = stream.next();
  leaving.abort();
  expect(await rest).toEqual({ done: true, value: undefined });
  await left;
  expect(await take(watch(request, { signal: leaving.signal }))).toEqual([]);
});

test('a server that stops ends its streams at once, as unavailable', async () => {
  const { handler, left } = endless();
  const { watch, server } = await serve(handler);
  const stream = watch(request);
  await stream.next();
  const rest = expect(stream.next()).rejects.toMatchObject({ kind: 'unavailable' });
  await server.stop();
  await rest;
  await left;
});

test('a peer that is away is unavailable', async () => {
  const { watch, server } = await serve(endless().handler);
  await server.stop();
  await expect(take(watch(request))).rejects.toMatchObject({ kind: 'unavailable' });
});
