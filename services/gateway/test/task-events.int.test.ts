import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Task, WatchTaskResponse } from '@crossdock/contracts/grpc/sync-orchestrator';
import { AppError } from '@crossdock/kernel';
import { until } from '@crossdock/testing';
import { CONNECTOR_ID, task, TASK_ID } from './samples.ts';
import { type Gateway, startGateway } from './start-gateway.ts';

let gate: Gateway;
beforeAll(async () => void (gate = await startGateway()));
afterAll(() => gate[Symbol.asyncDispose]());

const url = `/api/v1/connectors/${CONNECTOR_ID}/sync/tasks/${TASK_ID}/events`;
const state = (version: string, changes: Partial<Task> = {}): WatchTaskResponse => ({ task: task(changes), version });
const running = (synced: number): WatchTaskResponse =>
  state(`v${synced}`, { status: 'running', progress: { total: 10, synced, failed: 0, skipped: 0 } });
const after = (id: string) => ({ headers: { 'last-event-id': id } });

/** What a stream's text says: names, ids and data of its events, in order. */
const eventsOf = (text: string) =>
  text
    .split('\n\n')
    .map((block) =>
      Object.fromEntries(block.split('\n').map((line) => [line.split(':')[0], line.replace(/^\w*:/, '')])),
    )
    .filter(({ event }) => event !== undefined)
    .map(({ event, id, data = '' }) => ({ event, id, data: JSON.parse(data) }));

/** A task that runs until `end`: each watcher is told of it as it stands, then of its end. */
function livingTask() {
  const ended = Promise.withResolvers<void>();
  const watched: AbortSignal[] = [];
  gate.script({
    watchTask: async function* (_request, { signal }) {
      watched.push(signal);
      yield running(1);
      const left = new Promise((resolve) => signal.addEventListener('abort', resolve));
      await Promise.race([ended.promise, left]);
      yield state('end');
    },
  });
  return { end: ended.resolve, watched };
}

async function open(headers: Record<string, string> = {}) {
  const leaving = new AbortController();
  const given = { authorization: `Bearer ${await gate.token()}`, accept: 'text/event-stream', ...headers };
  const response = await fetch(gate.service.address() + url, { headers: given, signal: leaving.signal });
  return { response, leave: () => leaving.abort() };
}

test('a task is streamed as it goes on, then its end under its own name, each state once and with its id', async () => {
  gate.script({
    watchTask: async function* () {
      for (const each of [running(0), running(3), running(3), running(7)]) yield each;
      yield state('end', { status: 'failed', reason: 'platform_unavailable' });
    },
  });
  const { status, headers, text } = await gate.send('GET', url);
  expect([status, headers.get('content-type'), headers.get('cache-control')]).toEqual([
    200,
    'text/event-stream',
    'no-store',
  ]);
  const events = eventsOf(text);
  expect(events.map(({ event, id }) => [event, id])).toEqual([
    ['progress', 'v0'],
    ['progress', 'v3'],
    ['progress', 'v7'],
    ['failed', 'end'],
  ]);
  expect(text).toMatch(/^retry:2000\n\n/);
  expect(events[1]?.data.progress).toEqual({ total: 10, synced: 3, failed: 0, skipped: 0 });
  expect(events.at(-1)?.data).toMatchObject({ task_id: TASK_ID, status: 'failed', reason: 'platform_unavailable' });
  expect(gate.calls().at(-1)).toMatchObject({
    method: 'watchTask',
    request: { connectorId: CONNECTOR_ID, taskId: TASK_ID },
    context: { tenant: 'demo', actor: 'user:1' },
  });
});

describe('Last-Event-ID', () => {
  test('leaves out what was seen', async () => {
    gate.script({
      watchTask: async function* () {
        yield running(3);
        yield state('end');
      },
    });
    expect(eventsOf((await gate.send('GET', url, after('v3'))).text).map(({ event }) => event)).toEqual(['completed']);
    expect(eventsOf((await gate.send('GET', url, after('v1'))).text)).toHaveLength(2);
  });

  test('of the end tells the client to stay away', async () => {
    gate.script({
      watchTask: async function* () {
        yield state('end');
      },
    });
    expect(eventsOf((await gate.send('GET', url, after('v3'))).text)).toMatchObject([
      { event: 'completed', id: 'end' },
    ]);
    const known = await gate.send('GET', url, after('end'));
    expect([known.status, known.text]).toEqual([204, '']);
  });
});

test('a stream goes on over a service that restarts', async () => {
  let asked = 0;
  gate.script({
    watchTask: async function* () {
      asked += 1;
      yield running(asked);
      if (asked === 1) throw new AppError('unavailable', 'SERVICE_UNAVAILABLE', '服务正在重启，请稍后重试');
      yield state('end');
    },
  });
  const { text } = await gate.send('GET', url);
  expect(eventsOf(text).map(({ id }) => id)).toEqual(['v1', 'v2', 'end']);
});

test('what cannot be watched is refused in the envelope', async () => {
  const refuse = (error: AppError) => () => Promise.reject(error) as never;
  gate.script({ watchTask: refuse(new AppError('not_found', 'TASK_NOT_FOUND', '同步任务不存在')) });
  const unknown = await gate.send('GET', url);
  expect([unknown.status, unknown.body]).toEqual([404, { code: 404, message: '同步任务不存在', data: null }]);
  gate.script({ watchTask: refuse(new AppError('unavailable', 'SERVICE_UNAVAILABLE', '服务暂时不可用')) });
  const away = await gate.send('GET', url);
  expect([away.status, away.headers.get('retry-after')]).toEqual([503, '1']);
  expect((await gate.send('GET', url.replace(TASK_ID, 'x'))).status).toBe(404);
  expect((await gate.send('GET', url, { token: '' })).status).toBe(401);
  expect((await gate.send('GET', url, { token: await gate.token({ aud: 'open' }) })).status).toBe(403);
});

test('a client that leaves is no longer watched for, and makes room for another of its tenant’s fifty', async () => {
  const { end, watched } = livingTask();
  const streams = await Promise.all(Array.from({ length: 50 }, () => open()));
  expect(streams.every(({ response }) => response.status === 200)).toBe(true);
  const refused = await gate.send('GET', url);
  expect([refused.status, refused.headers.get('retry-after'), refused.body.code]).toEqual([429, '10', 429]);
  streams[0]!.leave();
  await until(() => watched.filter(({ aborted }) => aborted).length === 1, { what: 'the watch of who left to end' });
  const { response } = await open();
  expect(response.status).toBe(200);
  end();
  const texts = await Promise.all([response, ...streams.slice(1).map((each) => each.response)].map((r) => r.text()));
  expect(
    new Set(
      texts.map((text) =>
        eventsOf(text)
          .map(({ id }) => id)
          .join(),
      ),
    ),
  ).toEqual(new Set(['v1,end']));
});

test('asking for the headers alone watches nothing for longer', async () => {
  const { watched } = livingTask();
  expect((await gate.send('HEAD', url)).headers.get('content-type')).toBe('text/event-stream');
  await until(() => watched.length === 1 && watched.every(({ aborted }) => aborted), { what: 'the watch to end' });
});

test('a gateway that stops ends its streams at once, and the client may come back elsewhere', async () => {
  const other = await startGateway();
  const [mine] = [gate];
  gate = other;
  try {
    livingTask();
    const { response } = await open();
    const text = response.text();
    await other[Symbol.asyncDispose]();
    expect(eventsOf(await text).map(({ id }) => id)).toEqual(['v1']);
  } finally {
    gate = mine;
  }
});
