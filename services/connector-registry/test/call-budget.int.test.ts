import { CallBudgetServiceService, type LeaseCallsRequest } from '@crossdock/contracts/grpc/connector-registry';
import { newId, sha256Hex } from '@crossdock/kernel';
import { connectMongo, migrations } from '@crossdock/mongo';
import { createPlatforms } from '@crossdock/platforms';
import { rpcClient, rpcServer } from '@crossdock/rpc';
import { createLogger } from '@crossdock/runtime';
import { stores, testNames, until } from '@crossdock/testing';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Registry } from 'prom-client';
import { callBudgets } from '../src/app/call-budgets.ts';
import { refusalBell } from '../src/app/refusal-bell.ts';
import { callRates } from '../src/domain/call-rates.ts';
import { callBudgetService } from '../src/grpc/call-budget-service.ts';
import { callBudgetStore } from '../src/store/call-budgets.ts';

const log = createLogger('connector-registry', 'silent');
const { database } = testNames();
const mongo = connectMongo({ uri: stores().mongodb, database, log });

const platforms = createPlatforms({ taobao: { authUrl: 'http://127.0.0.1:9', apiUrl: 'http://127.0.0.1:9' } });

/** What a process of the registry has of budgets, over real gRPC. */
async function startProcess() {
  const own = connectMongo({ uri: stores().mongodb, database, log });
  const store = callBudgetStore(own.connection);
  const bell = refusalBell(store, log);
  const metrics = new Registry();
  const rates = callRates('100,jd:5,taobao:80');
  const budgets = callBudgets({ budgets: store, bell, platforms, rates, metrics, log });
  const services = [[CallBudgetServiceService, callBudgetService(budgets)]] as const;
  const server = rpcServer({ host: '127.0.0.1', port: 0, services: services as never, log });
  await own.start();
  await migrations({ mongo: own, models: [store.model], log }).start();
  await bell.start();
  await server.start();
  const client = rpcClient(CallBudgetServiceService, `127.0.0.1:${server.port()}`, { deadlineMs: 15_000 });
  return {
    budgets,
    metrics,
    store,
    call: client.call,
    async stop() {
      await bell.stop();
      await client.stop();
      await server.stop();
      await own.stop();
    },
  };
}

let processes: Awaited<ReturnType<typeof startProcess>>[];

beforeAll(async () => {
  await mongo.start();
  processes = [await startProcess(), await startProcess()];
});

afterAll(async () => {
  await Promise.all(processes.map((each) => each.stop()));
  await mongo.connection.dropDatabase();
  await mongo.stop();
});

const keyOf = (appKey: string, platform = 'tmall') => ({
  platform,
  appKeyHash: sha256Hex(appKey),
  callClass: 'read',
});

const request = (appKey: string, over: Partial<LeaseCallsRequest> = {}): LeaseCallsRequest => ({
  budget: keyOf(appKey),
  holder: 'h',
  waiting: [0, 0, 10],
  refusals: [],
  ...over,
});

const refusal = { sentMsAgo: 1, refusedMsAgo: 0, retryAfterMs: 60_000, calls: 0, withinMs: 0 };

function inAnySecond(times: number[]): number {
  const sorted = times.toSorted((a, b) => a - b);
  return Math.max(...sorted.map((from) => sorted.filter((time) => time >= from && time < from + 1_000).length));
}

test('three processes that lease from two registries, all at once, never get more than the rate together', async () => {
  const app = newId();
  const got = await Promise.all(
    ['a', 'b', 'c'].map(async (holder, n) => {
      const times: number[] = [];
      while (times.length < 80) {
        const { slices } = await processes[n % 2]!.call.leaseCalls(request(app, { holder, waiting: [n, n, 20] }));
        for (const { fromMs, calls, spacingMs } of slices)
          for (let call = 0; call < calls; call++) times.push(fromMs + call * spacingMs);
      }
      return times;
    }),
  );
  const times = got.flat();
  expect(inAnySecond(times)).toBeLessThanOrEqual(80);
  const gaps = times.toSorted((a, b) => a - b).map((time, n, all) => time - (all[n - 1] ?? Number.NEGATIVE_INFINITY));
  expect(Math.min(...gaps)).toBeGreaterThan(10);
});

test('fifty that ask in the same moment share the time ahead without an overlap', async () => {
  const app = newId();
  const answers = await Promise.all(
    Array.from({ length: 50 }, (_, n) =>
      processes[n % 2]!.call.leaseCalls(request(app, { holder: `h${n}`, waiting: [0, 0, 3] })),
    ),
  );
  const ends = answers
    .flatMap(({ slices }) =>
      slices.map(({ fromMs, calls, spacingMs }) => ({ from: fromMs, to: fromMs + calls * spacingMs })),
    )
    .toSorted((a, b) => a.from - b.from);
  ends.slice(1).forEach(({ from }, n) => expect(from).toBeGreaterThanOrEqual(ends[n]!.to - 0.001));
});

test('a refusal told to one registry is heard at the other at once, and survives both', async () => {
  const app = newId();
  const [one, other] = processes as [(typeof processes)[0], (typeof processes)[0]];
  await other.call.leaseCalls(request(app));
  const heard = other.call.watchRefusals({ budget: keyOf(app), knownRefusals: 0 });
  await one.call.leaseCalls(request(app, { refusals: [refusal] }));
  expect(await heard).toMatchObject({ refusals: 1, callsPerSecond: 40 });
  const { slices, pausedMs } = await other.call.leaseCalls(request(app, { holder: 'i' }));
  expect(slices).toEqual([]);
  expect(pausedMs).toBeGreaterThan(50_000);

  const restarted = await startProcess();
  const after = await restarted.call.leaseCalls(request(app, { holder: 'j' }));
  expect(after).toMatchObject({ slices: [], refusals: 1, callsPerSecond: 40 });
  await restarted.stop();
});

test('who does not know of a refusal hears of it at once', async () => {
  const app = newId();
  await processes[0]!.call.leaseCalls(request(app, { refusals: [refusal, refusal] }));
  const heard = await processes[1]!.call.watchRefusals({ budget: keyOf(app), knownRefusals: 0 });
  expect(heard.refusals).toBe(2);
});

test('calls of our own draw on the same budget, wait for their slice, and are given up when that is too long', async () => {
  const app = newId();
  const { budgets } = processes[0]!;
  const gate = budgets.gate('tmall', app);
  expect(await budgets.remainingShare('tmall', app)).toBe(1);
  await gate.take();
  await gate.take();
  gate.done({ ok: true, durationMs: 5, bytes: 100 });
  gate.done({ ok: false, failure: 'RATE_LIMITED', code: '7', message: '', durationMs: 5, retryAfterMs: 60_000 });
  await until(async () => (await budgets.remainingShare('tmall', app)) === 0, { what: 'the refusal noted' });
  await expect(gate.take()).rejects.toMatchObject({ failure: 'RATE_LIMITED', code: 'CALL_BUDGET' });
});

test('the budget of a platform with a rate of its own follows it, and the key of the app is nowhere in it', async () => {
  const app = `key-${newId()}`;
  const { call, store, metrics } = processes[0]!;
  const leased = await call.leaseCalls(request(app, { budget: keyOf(app, 'jd'), waiting: [0, 0, 3] }));
  expect(leased.callsPerSecond).toBe(5);
  expect(leased.waitMs[2]).toBeGreaterThan(0);
  const stored = await store.model.find().lean();
  expect(JSON.stringify(stored)).not.toContain(app);
  expect(await metrics.metrics()).toContain('crossdock_call_budget_calls_per_second{platform="jd"} 5');
});

test('platforms behind one gateway share one budget, under the least that is configured for any of them', async () => {
  const app = newId();
  const { call } = processes[0]!;
  const [tmall, taobao] = await Promise.all(
    ['tmall', 'taobao'].map((platform) =>
      call.leaseCalls(request(app, { budget: keyOf(app, platform), holder: platform, waiting: [0, 0, 5] })),
    ),
  );
  expect([tmall!.callsPerSecond, taobao!.callsPerSecond]).toEqual([80, 80]);
  const [first, second] = [...tmall!.slices, ...taobao!.slices].toSorted((a, b) => a.fromMs - b.fromMs);
  expect(second!.fromMs).toBeGreaterThanOrEqual(first!.fromMs + first!.calls * first!.spacingMs - 0.001);
});

test('a request that names no platform, no hash or no holder is refused by its field', async () => {
  const { call } = processes[0]!;
  const app = newId();
  const bad = [
    request(app, { budget: undefined }),
    request(app, { budget: { ...keyOf(app), appKeyHash: 'app-key' } }),
    request(app, { budget: { ...keyOf(app), callClass: '$gt' } }),
    request(app, { holder: '' }),
  ];
  for (const each of bad) await expect(call.leaseCalls(each)).rejects.toMatchObject({ kind: 'invalid' });
});

test('what nobody draws on for ninety days is forgotten, each use beginning them anew', async () => {
  const [one] = processes as [(typeof processes)[number]];
  await one.call.leaseCalls(request('seldom'));
  const { collection } = one.store.model;
  const seldom = { _id: new RegExp(sha256Hex('seldom')) } as never;
  await collection.updateOne(seldom, { $set: { usedAt: new Date(0) } });
  await one.call.leaseCalls(request('seldom'));
  expect((await collection.findOne(seldom))!['usedAt'].getTime()).toBeGreaterThan(Date.now() - 3_600_000);
  expect(await collection.indexes()).toContainEqual(
    expect.objectContaining({ key: { usedAt: 1 }, expireAfterSeconds: 90 * 86_400 }),
  );
});
