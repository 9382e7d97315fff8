import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { recordsOf, until } from '@crossdock/testing';
import { cast, type Cast } from './cast.ts';
import { completed } from './stage.ts';

const HOUR = 3_600_000;

let on: Cast;
beforeAll(async () => void (on = await cast()));
afterAll(() => on.close());

const delivered = ({ status }: { status: string }) => status === 'delivered';
const parked = ({ status, nextAttemptAt }: { status: string; nextAttemptAt: Date | undefined }) =>
  status === 'pending' && nextAttemptAt === undefined;
const notices = async (connectorId: string) =>
  (await recordsOf('connector.error', on.theatre))
    .map(({ value }) => JSON.parse(value))
    .filter(({ connector_id }) => connector_id === connectorId)
    .map(({ kind, reason }) => `${kind} ${reason}`);
const publish = (connectorId: string, count: number) =>
  on.theatre.bus.publish(Array.from({ length: count }, () => completed(connectorId)));

test('while an endpoint is paused its deliveries wait, and resuming sends them all once', async () => {
  const endpoint = await on.subscribe();
  expect(await endpoint.edit({ status: 'paused' })).toMatchObject({ status: 'paused', disabledReason: '' });
  await publish(endpoint.connectorId, 60);
  await endpoint.all(60, parked);
  expect(endpoint.received()).toEqual([]);
  expect((await endpoint.edit({ status: 'enabled' })).status).toBe('enabled');
  await endpoint.all(60, delivered);
  expect(endpoint.received()).toHaveLength(60);
  const audits = await until(async () => {
    const found = await recordsOf('audit.recorded', on.theatre);
    const actions = found
      .filter(({ value }) => value.includes(endpoint.endpointId))
      .map(({ value }) => JSON.parse(value).action);
    return actions.length === 3 ? actions : null;
  });
  expect(audits).toEqual(['webhook.create', 'webhook.pause', 'webhook.resume']);
});

test('a retry that is due while the endpoint is paused waits too', async () => {
  const endpoint = await on.subscribe();
  on.webhooks.next({ status: 500 });
  await publish(endpoint.connectorId, 1);
  await endpoint.all(1, ({ attemptCount }) => attemptCount === 1);
  await endpoint.edit({ status: 'paused' });
  on.pass(10_000);
  await endpoint.all(1, parked);
  await endpoint.edit({ status: 'enabled' });
  const [delivery] = await endpoint.all(1, delivered);
  expect(delivery!.attemptCount).toBe(2);
});

test.each([
  ['a 410', { status: 410 }, 'gone', 'pending'],
  ['the header of a failure', { status: 500, headers: { 'webhook-delivery': 'disable' } }, 'receiver_asked', 'pending'],
  [
    'the header of a success',
    { status: 200, headers: { 'webhook-delivery': 'disable' } },
    'receiver_asked',
    'delivered',
  ],
])(
  '%s disables the endpoint, which says so once; enabling it sends what waited',
  async (_what, answer, reason, status) => {
    const endpoint = await on.subscribe();
    on.webhooks.next(answer);
    await publish(endpoint.connectorId, 1);
    await until(async () => (await endpoint.read()).status === 'disabled');
    expect(await endpoint.read()).toMatchObject({ disabledReason: reason });
    await endpoint.all(1, (delivery) => delivery.status === status);
    await publish(endpoint.connectorId, 1);
    await until(async () => (await endpoint.list()).length === 2);
    expect(endpoint.received()).toHaveLength(1);
    const enabled = await endpoint.edit({ status: 'enabled' });
    expect(enabled).toMatchObject({ status: 'enabled', disabledReason: '' });
    await endpoint.all(2, delivered);
    expect(
      await until(async () =>
        (await notices(endpoint.connectorId)).length > 0 ? notices(endpoint.connectorId) : null,
      ),
    ).toEqual([`webhook_disabled ${reason}`]);
  },
);

test('a receiver can end one delivery by a header of its answer', async () => {
  const endpoint = await on.subscribe();
  on.webhooks.next({ status: 422, headers: { 'webhook-delivery': 'abort-message' } });
  await publish(endpoint.connectorId, 1);
  const [delivery] = await endpoint.all(1, ({ status }) => status === 'failed');
  expect(delivery).toMatchObject({ reason: 'aborted', attemptCount: 1 });
  expect((await endpoint.read()).status).toBe('enabled');
});

test.each([
  ['enabled', { status: 'enabled' }, 'delivered'],
  ['deleted', { deletedAt: new Date() }, 'cancelled'],
])(
  'what stayed parked when its endpoint was %s, its process dead, is found by the next',
  async (_what, change, status) => {
    const endpoint = await on.subscribe();
    await endpoint.edit({ status: 'paused' });
    await publish(endpoint.connectorId, 3);
    await endpoint.all(3, parked);
    // As it stands between the two writes of the change.
    await on.theatre.db
      .collection<{ _id: string }>('endpoints')
      .updateOne({ _id: endpoint.endpointId }, { $set: change });
    const next = await on.theatre.dispatcher({ clock: on.clock });
    await until(async () => (await on.rows().countDocuments({ endpointId: endpoint.endpointId, status })) === 3);
    await next.service.stop();
  },
);

test('an endpoint that fails too often rests; one probe decides, and no delivery loses an attempt by it', async () => {
  const endpoint = await on.subscribe();
  on.webhooks.always({ status: 503 });
  await publish(endpoint.connectorId, 40);
  const opened = await until(async () => {
    const { breakerOpenUntil } = await endpoint.read();
    return breakerOpenUntil !== undefined && breakerOpenUntil > on.clock() ? breakerOpenUntil : null;
  });
  // Calls that were under way may still end; then there are none.
  await endpoint.all(40, ({ nextAttemptAt }) => nextAttemptAt !== undefined && nextAttemptAt > on.clock());
  const made = endpoint.received().length;
  expect(made).toBeLessThan(40);
  const attempts = async () => (await endpoint.list()).reduce((sum, { attemptCount }) => sum + attemptCount, 0);
  expect(await attempts()).toBe(made);
  const stored = () => on.rows().find({ endpointId: endpoint.endpointId }).toArray();
  on.pass(opened.getTime() - on.clock().getTime() + 1);
  await until(async () => endpoint.received().length === made + 1, { what: 'the probe' });
  const again = await until(async () => {
    const { breakerOpenUntil } = await endpoint.read();
    return breakerOpenUntil !== undefined && breakerOpenUntil.getTime() > on.clock().getTime() + 30_000
      ? breakerOpenUntil
      : null;
  });
  await until(async () => (await attempts()) === made + 1);
  expect(endpoint.received()).toHaveLength(made + 1);
  const probed = (await stored()).filter((row) => (row as { attemptsBefore?: number }).attemptsBefore === 1);
  expect(probed).toHaveLength(1);
  on.webhooks.always({ status: 200 });
  on.pass(again.getTime() - on.clock().getTime() + 1);
  // Those that had their first attempt wait for their schedule.
  await until(async () => (await endpoint.list({ status: 'delivered' })).length >= 40 - made);
  expect(await endpoint.read()).toMatchObject({ breakerOpenUntil: undefined, status: 'enabled' });
  on.pass(60_000);
  await endpoint.all(40, delivered);
});

test.each(['at once', 'after a pause'])('enabling an endpoint that rests sends what waited, %s', async (when) => {
  const endpoint = await on.subscribe();
  const breaker = { until: new Date(on.clock().getTime() + 600_000), trips: 5 };
  const rows = on.theatre.db.collection<{ _id: string }>('endpoints');
  await rows.updateOne({ _id: endpoint.endpointId }, { $set: { breaker } });
  await publish(endpoint.connectorId, 5);
  await endpoint.all(5, ({ nextAttemptAt }) => nextAttemptAt?.getTime() === breaker.until.getTime());
  if (when === 'after a pause') await endpoint.edit({ status: 'paused' });
  expect(await endpoint.edit({ status: 'enabled' })).toMatchObject({ status: 'enabled', breakerOpenUntil: undefined });
  await endpoint.all(5, delivered);
});

test('of two processes one makes the probe, and both hold back the rest', async () => {
  const other = await on.theatre.dispatcher({ clock: on.clock });
  const endpoint = await on.subscribe();
  const until1 = new Date(on.clock().getTime() + 30_000);
  await on.theatre.db
    .collection<{ _id: string }>('endpoints')
    .updateOne({ _id: endpoint.endpointId }, { $set: { breaker: { until: until1, trips: 1 } } });
  on.webhooks.always({ status: 500 });
  await publish(endpoint.connectorId, 30);
  await endpoint.all(30, ({ nextAttemptAt }) => nextAttemptAt?.getTime() === until1.getTime());
  expect(endpoint.received()).toEqual([]);
  on.pass(30_001);
  const until2 = await until(async () => {
    const { breakerOpenUntil } = await endpoint.read();
    return breakerOpenUntil!.getTime() >= until1.getTime() + 60_000 ? breakerOpenUntil! : null;
  });
  await endpoint.all(30, ({ nextAttemptAt }) => nextAttemptAt !== undefined && nextAttemptAt > on.clock());
  expect(endpoint.received()).toHaveLength(1);
  on.webhooks.always({ status: 200 });
  on.pass(until2.getTime() - on.clock().getTime() + 1);
  await endpoint.all(30, delivered);
  await other.service.stop();
});

test('an endpoint without a success for 120 hours is warned about thrice, then disabled; its deliveries are kept', async () => {
  const endpoint = await on.subscribe();
  on.webhooks.always({ status: 500 });
  const fail = async (count: number) => {
    await publish(endpoint.connectorId, 1);
    await endpoint.all(count, ({ attemptCount }) => attemptCount > 0);
  };
  await fail(1);
  on.pass(90_000);
  await fail(2);
  const since = await until(async () => (await endpoint.read()).failingSince);
  const expected: string[] = [];
  for (const [hours, notice] of [
    [61, 'webhook_failing failing_50'],
    [85, 'webhook_failing failing_70'],
    [109, 'webhook_failing failing_90'],
    [121, 'webhook_disabled failing'],
  ] as const) {
    on.pass(since.getTime() + hours * HOUR - on.clock().getTime());
    // What fails again by its schedule tells it.
    await publish(endpoint.connectorId, 1);
    expected.push(notice);
    const told = await until(async () => {
      const found = await notices(endpoint.connectorId);
      return found.length >= expected.length ? found : null;
    });
    expect(told).toEqual(expected);
  }
  expect(await endpoint.read()).toMatchObject({ status: 'disabled', disabledReason: 'failing' });
  expect((await endpoint.list()).map(({ status }) => status)).not.toContain('failed');
  on.webhooks.always({ status: 200 });
  await endpoint.edit({ status: 'enabled' });
  expect(await endpoint.read()).toMatchObject({ status: 'enabled', failingSince: undefined });
  // One that failed in the moment before waits by its schedule, a day at most.
  on.pass(30 * HOUR);
  await endpoint.all(6, delivered);
});

test('one success ends what was counted', async () => {
  const endpoint = await on.subscribe();
  on.webhooks.always({ status: 500 });
  await publish(endpoint.connectorId, 1);
  await endpoint.all(1, ({ attemptCount }) => attemptCount === 1);
  on.pass(90_000);
  await endpoint.all(1, ({ attemptCount }) => attemptCount === 2);
  await until(async () => (await endpoint.read()).failingSince);
  on.webhooks.always({ status: 200 });
  on.pass(400_000);
  await endpoint.all(1, delivered);
  await until(async () => (await endpoint.read()).failingSince === undefined);
});
