import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { newId } from '@crossdock/kernel';
import { receiver, until, type Receiver } from '@crossdock/testing';
import { createSettler } from '../src/delivery/settler.ts';
import type { Attempt } from '../src/domain/attempt.ts';
import { attemptStore } from '../src/store/attempts.ts';
import { deliveryStore } from '../src/store/deliveries.ts';
import { as, completed, newEndpoint, quiet, stage, type Stage } from './stage.ts';

const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url));

let theatre: Stage;
let webhooks: Receiver;

beforeEach(async () => {
  theatre = await stage();
  webhooks = await receiver();
});
afterEach(async () => {
  await theatre.close();
  await webhooks.stop();
});

type Row = { _id: string; status: string; attemptCount: number; holder: string | null };
const rows = () => theatre.db.collection<Row>('deliveries');
const attemptsOf = (id: string) =>
  theatre.db
    .collection<{ _id: string; number: number }>('attempts')
    .find({ deliveryId: id } as object)
    .toArray();

/** A dispatcher in a process of its own, to be killed. */
async function dispatcherProcess() {
  const environment = { ...theatre.environment('127.0.0.0/8'), LOG_LEVEL: 'error' };
  const child = spawn(process.execPath, [MAIN], {
    env: { PATH: process.env['PATH'], ...environment },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  return {
    async kill() {
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}

test('a killed dispatcher’s deliveries are made by another: none lost, the same ids and bytes, attempts counted once', async () => {
  const connectorId = theatre.connector();
  const first = await theatre.dispatcher();
  await first.endpoints.createEndpoint(newEndpoint(connectorId, webhooks.url), as());
  await first.service.stop();

  webhooks.always({ hang: true });
  const victim = await dispatcherProcess();
  const events = Array.from({ length: 60 }, () => completed(connectorId));
  await theatre.bus.publish(events);
  await until(() => webhooks.requests.length === 10, { what: 'calls of the first process', timeoutMs: 60_000 });
  await victim.kill();
  const cut = new Map(webhooks.requests.map(({ headers, body }) => [headers['webhook-id'], body]));

  webhooks.always({ status: 204 });
  await theatre.dispatcher();
  await until(async () => (await rows().countDocuments({ status: 'delivered' })) === 60, {
    what: 'all deliveries',
    timeoutMs: 60_000,
  });
  expect(new Set(webhooks.requests.map(({ headers }) => headers['webhook-id']))).toEqual(
    new Set(events.map(({ id }) => id)),
  );
  expect(webhooks.requests).toHaveLength(70);
  for (const { headers, body } of webhooks.requests) expect(body).toBe(cut.get(headers['webhook-id']) ?? body);
  expect((await rows().find().toArray()).map(({ attemptCount, holder }) => `${attemptCount} ${holder}`)).toEqual(
    Array(60).fill('1 null'),
  );
});

test('an attempt that was stored before its maker died settles the delivery without another call', async () => {
  const connectorId = theatre.connector();
  const { endpoints } = await theatre.dispatcher();
  await endpoints.createEndpoint(newEndpoint(connectorId, webhooks.url), as());
  await theatre.bus.publish([completed(connectorId)]);
  const { _id } = await until(() => rows().findOne({ status: 'delivered' }));
  // As it stood between the two writes of a worker that is gone.
  await rows().updateOne(
    { _id },
    { $set: { status: 'pending', attemptCount: 0, holder: newId(), nextAttemptAt: new Date() } as object },
  );
  await until(() => rows().findOne({ _id, status: 'delivered', attemptCount: 1 }));
  expect(webhooks.requests).toHaveLength(1);
  expect(await attemptsOf(_id)).toHaveLength(1);
});

test('a late holder’s attempt takes the next number and changes nothing of what others made of the delivery', async () => {
  const connectorId = theatre.connector();
  const { endpoints } = await theatre.dispatcher();
  await endpoints.createEndpoint(newEndpoint(connectorId, webhooks.url), as());
  await theatre.bus.publish([completed(connectorId)]);
  const { _id } = await until(() => rows().findOne({ status: 'delivered' }));

  const settler = createSettler({
    attempts: attemptStore(theatre.db),
    deliveries: deliveryStore(theatre.db),
    disable: async () => {},
    log: quiet,
  });
  const late: Attempt = {
    deliveryId: _id,
    number: 1,
    at: new Date(),
    trigger: 'schedule',
    requestHeaders: {},
    statusCode: 500,
    responseBody: '',
    timings: { dns: null, connect: null, tls: null, firstByte: null, total: 15_000 },
    address: '',
    blame: 'receiver',
    error: 'HTTP 500',
    verdict: { status: 'pending', nextAttemptAt: new Date() },
    farewell: null,
  };
  const twice = { ...late };
  await new Promise<void>((done) => settler.settle({ endpointId: '', holder: 'late', attempt: late, done }));
  // The same write once more, as after a store that stopped answering half way.
  await new Promise<void>((done) =>
    settler.settle({ endpointId: '', holder: 'late', attempt: { ...twice, number: 2 }, done }),
  );
  expect((await attemptsOf(_id)).map(({ number }) => number)).toEqual([1, 2]);
  expect(await rows().findOne({ _id })).toMatchObject({ status: 'delivered', attemptCount: 1, holder: null });
});

test('two dispatchers on one database make each delivery once', async () => {
  const connectorId = theatre.connector();
  const [one] = await Promise.all([theatre.dispatcher(), theatre.dispatcher()]);
  await one.endpoints.createEndpoint(newEndpoint(connectorId, webhooks.url), as());
  // Too few of each process to open a breaker.
  webhooks.next({ status: 503 }, 9);
  await theatre.bus.publish(Array.from({ length: 80 }, () => completed(connectorId)));
  await until(async () => (await rows().countDocuments({ status: 'delivered' })) === 80, {
    what: 'all deliveries',
    timeoutMs: 60_000,
  });
  expect(webhooks.requests).toHaveLength(89);
});

test('a dispatcher that stops in peace leaves its waiting deliveries to the next at once', async () => {
  const connectorId = theatre.connector();
  const first = await theatre.dispatcher();
  await first.endpoints.createEndpoint(newEndpoint(connectorId, webhooks.url), as());
  webhooks.always({ delayMs: 300 });
  await theatre.bus.publish(Array.from({ length: 40 }, () => completed(connectorId)));
  await until(() => webhooks.requests.length >= 10);
  await first.service.stop();
  const made = await rows().countDocuments({ status: 'delivered' });
  expect(webhooks.requests).toHaveLength(made);
  expect(await rows().countDocuments({ status: 'pending', holder: '' })).toBe(40 - made);
  webhooks.always({ status: 200 });
  await theatre.dispatcher();
  await until(async () => (await rows().countDocuments({ status: 'delivered' })) === 40);
  expect(webhooks.requests).toHaveLength(40);
});
