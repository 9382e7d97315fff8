import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { SERVICE_NAMES, type ServiceName } from '@crossdock/stack';
import { until } from '@crossdock/stack/until';
import { http } from '../src/e2e/http.ts';
import { connect, type Connected } from '../src/e2e/shops.ts';
import { ended, products, sha256OfIds, taskOf, type Task } from '../src/e2e/syncs.ts';
import { logIn } from '../src/e2e/users.ts';
import { addEndpoint, signatures } from '../src/e2e/webhooks.ts';
import { startWorld, type World } from '../src/e2e/world.ts';
import { eventsOf } from './product/expected.ts';

const PRODUCTS = 1_500;
let world: World;
beforeAll(async () => void (world = await startWorld()), 120_000);
afterAll(async () => world?.[Symbol.asyncDispose](), 120_000);

interface Running extends Connected {
  taskId: string;
  secret: string;
  /** As every look at the task found it. */
  seen: number[];
}

/** A sync that has come some way and still has some to go. */
async function halfway(): Promise<Running> {
  const { admin, webhooks } = world;
  const connected = await connect(world, { products: PRODUCTS, latency_ms: 60 });
  const { secret } = await addEndpoint(admin, connected.id, `${webhooks.url}/${connected.id}`, [
    'sync.completed',
    'sync.failed',
  ]);
  const trigger = await admin.post(
    `/${connected.id}/sync/products`,
    { mode: 'full' },
    { 'idempotency-key': connected.id },
  );
  const taskId = trigger.body.data.task_id as string;
  const begun = async () => (await taskOf(admin, connected.id, taskId)).progress.synced > 0;
  await until(begun, { what: 'the first page', timeoutMs: 60_000 });
  return { ...connected, taskId, secret, seen: [] };
}

const sentTo = ({ id }: Running) => world.webhooks.requests.filter(({ path }) => path === `/${id}`);

/** The sync ends as if nothing had happened; callers try again while a service is away. */
async function expectRightEnd(run: Running): Promise<Task> {
  const { admin, platform, stack } = world;
  const onLook = ({ progress }: Task) => run.seen.push(progress.synced);
  const task = await ended(admin, run.id, run.taskId, { timeoutMs: 80_000, onLook });
  expect(task).toMatchObject({ status: 'completed', reason: null });
  expect(task.progress).toEqual({ total: PRODUCTS, synced: PRODUCTS, failed: 0, skipped: 0 });
  expect(run.seen).toEqual(run.seen.toSorted((a, b) => a - b));

  await until(() => sentTo(run).length > 0, { timeoutMs: 80_000, what: 'the webhook' });
  const told = await eventsOf(stack, 'sync.completed', run.id);
  const [eventId, ...others] = [...new Set(told.map(({ headers }) => headers['ce_id']))];
  expect(others).toEqual([]);
  for (const request of sentTo(run)) {
    expect(request.headers['webhook-id']).toBe(eventId);
    expect(signatures(request, run.secret)).toEqual({ nolux: true, standard: true });
    expect(JSON.parse(request.body).data).toEqual(told[0]?.data);
  }

  const synced = await products(admin, run.id);
  const truth = await platform.truth('tmall', run.shopId);
  expect({ total: synced.length, sha256: sha256OfIds(synced) }).toEqual(truth);
  const changes = (await eventsOf(stack, 'records.changed', run.id)).flatMap(({ data }) => data.changes);
  const versions = new Map<string, number>(changes.map(({ external_id, version }) => [external_id, version]));
  expect(versions.size).toBe(PRODUCTS);
  expect([...versions.values()].every((version) => version === 1)).toBe(true);
  return task;
}

/** The process is another one, and has all it needs. */
async function backAgain(name: ServiceName, before: number): Promise<void> {
  const { stack } = world;
  const serving = async () =>
    stack.pid(name) !== before && (await http(stack.ops(name))('GET', '/readyz')).status === 200;
  await until(serving, { timeoutMs: 60_000, what: `${name} serving again` });
}

/** One after the other in one sync; the dispatcher has a test of its own. */
const KILLED: ServiceName[][] = [
  ['sync-orchestrator'],
  ['connector-registry', 'gateway', 'auth-channel', 'shop-settings', 'sandbox'],
];

test.each(KILLED.map((names) => ({ names, shown: names.join(', then ') })))(
  '$shown killed in the middle of a sync: each serves again, and the sync ends right',
  async ({ names }) => {
    const run = await halfway();
    for (const name of names) {
      const before = world.stack.pid(name);
      world.stack.kill(name);
      await backAgain(name, before);
    }
    await expectRightEnd(run);
  },
  60_000,
);

test('all services are killed at once in the middle of a sync: it ends right, and who triggered it with a key gets the same task again', async () => {
  const run = await halfway();
  const before = new Map(SERVICE_NAMES.map((name) => [name, world.stack.pid(name)]));
  for (const name of SERVICE_NAMES) world.stack.kill(name);
  await Promise.all(SERVICE_NAMES.map((name) => backAgain(name, before.get(name)!)));
  const again = await world.admin.post(`/${run.id}/sync/products`, { mode: 'full' }, { 'idempotency-key': run.id });
  expect([again.status, again.body.data.task_id]).toEqual([202, run.taskId]);
  await logIn(world.stack.gateway, 'admin@example.com');
  await expectRightEnd(run);
}, 120_000);

test('all services are asked to end in the middle of a sync: they hand over what they do', async () => {
  const run = await halfway();
  const before = new Map(SERVICE_NAMES.map((name) => [name, world.stack.pid(name)]));
  for (const name of SERVICE_NAMES) world.stack.kill(name, 'SIGTERM');
  await Promise.all(SERVICE_NAMES.map((name) => backAgain(name, before.get(name)!)));
  await expectRightEnd(run);
}, 120_000);

test('a dispatcher that dies between the send and the answer sends the same webhook again', async () => {
  const { webhooks, stack, admin } = world;
  webhooks.always({ hang: true });
  const run = await halfway();
  await ended(admin, run.id, run.taskId);
  await until(() => sentTo(run).length > 0, { what: 'the first attempt' });
  const before = stack.pid('webhook-dispatcher');
  webhooks.always({});
  stack.kill('webhook-dispatcher');
  await backAgain('webhook-dispatcher', before);
  await until(() => sentTo(run).length > 1, { timeoutMs: 60_000, what: 'the second attempt' });
  await expectRightEnd(run);
  const [first, second] = sentTo(run);
  expect(second?.body).toBe(first?.body);
  expect(second?.headers['webhook-id']).toBe(first?.headers['webhook-id']);
}, 120_000);
