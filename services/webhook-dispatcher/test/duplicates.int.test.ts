import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { isAppError, newId } from '@crossdock/kernel';
import { countOf, isFullChaos, recordsOf, until } from '@crossdock/testing';
import { webhookOfSync } from '../src/app/webhook-of.ts';
import { deliveryId } from '../src/domain/delivery.ts';
import { partners, type Partners } from './chaos/partners.ts';
import { workersOn } from './chaos/workers.ts';
import { as, completed, editOf, newEndpoint, stage, type Stage } from './stage.ts';

const ROUNDS = isFullChaos ? countOf('rounds', 100) : 1;
const COPIES = isFullChaos ? countOf('callers', 100) : 30;
const PLACES = 20;
const PATIENT = { timeoutMs: 120_000, everyMs: 50 };

type Api = Awaited<ReturnType<Stage['dispatcher']>>;

let theatre: Stage;
let town: Partners;
let apis: Api[];
/** What people did, once each, as `target action`. */
const done = new Set<string>();

beforeAll(async () => {
  theatre = await stage();
  town = await partners(({ path }) => ({ status: path.startsWith('/gone') ? 410 : 200 }));
  apis = await Promise.all([theatre.dispatcher(), theatre.dispatcher()]);
}, 120_000);
afterAll(async () => {
  await theatre?.close();
  await town?.stop();
}, 60_000);

const db = () => theatre.db;
const rows = (name: string, filter: object) => db().collection<{ _id: string }>(name).find(filter).toArray();
const callsTo = (path: string) => town.arrivals.filter((arrival) => arrival.path === path);

/** In the short form others keep the machine busy: a lease that lapses over it may repeat a call. */
function expectCalls(path: string, count: number): void {
  if (isFullChaos) expect(callsTo(path)).toHaveLength(count);
  else expect(callsTo(path).length).toBeGreaterThanOrEqual(count);
}

/** The same at the same moment from many, half of them of each process: the answers, and the kinds of the refusals. */
async function atOnce<T>(ask: (api: Api, n: number) => Promise<T>): Promise<{ answers: T[]; refusals: string[] }> {
  const settled = await Promise.allSettled(Array.from({ length: COPIES }, (_, n) => ask(apis[n % 2]!, n)));
  return {
    answers: settled.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : [])),
    refusals: settled.flatMap(({ status, ...each }) => {
      if (status === 'fulfilled') return [];
      const { reason } = each as PromiseRejectedResult;
      return [isAppError(reason) ? reason.kind : String(reason)];
    }),
  };
}

async function subscribed(path: string = `/${newId()}`) {
  const connectorId = theatre.connector();
  const { endpoint } = await apis[0]!.endpoints.createEndpoint(newEndpoint(connectorId, town.url + path), as());
  done.add(`webhook/${endpoint!.id} webhook.create`);
  return { connectorId, id: endpoint!.id, path };
}

/** `count` deliveries that were made. */
async function delivered({ connectorId, id: endpointId, path }: Awaited<ReturnType<typeof subscribed>>, count: number) {
  const sent = await Promise.all(
    Array.from({ length: count }, () =>
      apis[0]!.deliveries.sendTest({ connectorId, endpointId, eventType: '', idempotencyKey: '' }, as()),
    ),
  );
  const ids = sent.map(({ delivery }) => delivery!.id);
  for (const id of ids) done.add(`webhook/${endpointId}/delivery/${id} webhook.test`);
  await deliveredAgain(endpointId, ids, 1);
  expectCalls(path, count);
  return ids;
}

const deliveredAgain = (endpointId: string, ids: string[], attemptCount: number) =>
  until(
    async () =>
      (
        await rows('deliveries', {
          endpointId,
          _id: { $in: ids },
          status: 'delivered',
          attemptCount: { $gte: attemptCount },
        })
      ).length === ids.length,
    { ...PATIENT, what: 'deliveries' },
  );

/** Each of these happens many times at once, and takes effect once. */
const DUPLICATES: Record<string, () => Promise<void>> = {
  async 'create under one key'() {
    const connectorId = theatre.connector();
    const key = newId();
    const request = newEndpoint(connectorId, `${town.url}/${key}`, { idempotencyKey: key, bodyHash: 'a' });
    const { answers, refusals } = await atOnce(({ endpoints }) => endpoints.createEndpoint(request, as()));
    expect(refusals).toEqual([]);
    const [row, ...others] = await rows('endpoints', { connectorId });
    expect(others).toEqual([]);
    expect(new Set(answers.map(({ endpoint }) => endpoint?.id))).toEqual(new Set([row?._id]));
    done.add(`webhook/${row?._id} webhook.create`);
  },

  async 'create at one address'() {
    const connectorId = theatre.connector();
    const request = newEndpoint(connectorId, `${town.url}/${connectorId}`);
    const { answers, refusals } = await atOnce(({ endpoints }) => endpoints.createEndpoint(request, as()));
    expect(answers).toHaveLength(1);
    expect(new Set(refusals)).toEqual(new Set(['conflict']));
    expect(await rows('endpoints', { connectorId })).toHaveLength(1);
    done.add(`webhook/${answers[0]?.endpoint?.id} webhook.create`);
  },

  async 'create at the limit'() {
    const connectorId = theatre.connector();
    const { answers, refusals } = await atOnce(({ endpoints }, n) =>
      endpoints.createEndpoint(newEndpoint(connectorId, `${town.url}/${connectorId}/${n}`), as()),
    );
    expect(answers).toHaveLength(PLACES);
    expect(refusals).toEqual(Array(COPIES - PLACES).fill('quota'));
    expect(await rows('endpoints', { connectorId })).toHaveLength(PLACES);
    for (const { endpoint } of answers) done.add(`webhook/${endpoint?.id} webhook.create`);
  },

  async 'one event, handled by two processes'() {
    const { connectorId, id, path } = await subscribed();
    const event = completed(connectorId) as Parameters<typeof webhookOfSync>[0];
    const webhook = webhookOfSync(event)!;
    const { workers } = workersOn(theatre, db());
    for (const worker of workers) await worker.start();
    await Promise.all(Array.from({ length: COPIES }, (_, n) => workers[n % 2]!.deliver([webhook])));
    await deliveredAgain(id, [deliveryId(id, event.id)], 1);
    for (const worker of workers) await worker.stop();
    expect(await rows('deliveries', { endpointId: id })).toHaveLength(1);
    expectCalls(path, 1);
    expect(new Set(callsTo(path).map(({ webhookId }) => webhookId))).toEqual(new Set([event.id]));
  },

  async 'rotate under one key'() {
    const { connectorId, id } = await subscribed();
    const request = { connectorId, id, overlapSeconds: 60, idempotencyKey: newId(), bodyHash: 'a' };
    const { answers, refusals } = await atOnce(({ endpoints }) => endpoints.rotateSecret(request, as()));
    expect(refusals).toEqual([]);
    expect(new Set(answers.map(({ endpoint }) => endpoint?.secret)).size).toBe(1);
    const [row] = await rows('endpoints', { _id: id });
    expect(row).toMatchObject({ revision: 2, olderSecrets: [{}] });
    done.add(`webhook/${id} webhook.rotate_secret`);
  },

  async 'test under one key'() {
    const { connectorId, id, path } = await subscribed();
    const request = { connectorId, endpointId: id, eventType: '', idempotencyKey: newId() };
    const { answers, refusals } = await atOnce(({ deliveries }) => deliveries.sendTest(request, as()));
    expect(refusals).toEqual([]);
    const [made, ...others] = new Set(answers.map(({ delivery }) => delivery!.id));
    expect(others).toEqual([]);
    await deliveredAgain(id, [made!], 1);
    expectCalls(path, 1);
    done.add(`webhook/${id}/delivery/${made} webhook.test`);
  },

  async 'resend under one key'() {
    const endpoint = await subscribed();
    const [id] = (await delivered(endpoint, 1)) as [string];
    const request = { connectorId: endpoint.connectorId, endpointId: endpoint.id, id, idempotencyKey: newId() };
    const { refusals } = await atOnce(({ deliveries }) => deliveries.resendDelivery(request, as()));
    expect(refusals).toEqual([]);
    await deliveredAgain(endpoint.id, [id], 2);
    expectCalls(endpoint.path, 2);
    done.add(`webhook/${endpoint.id}/delivery/${id} webhook.resend`);
  },

  async 'recover under one key'() {
    const endpoint = await subscribed();
    const ids = await delivered(endpoint, 3);
    const { connectorId, id: endpointId, path } = endpoint;
    const { answers, refusals } = await atOnce(({ deliveries }) =>
      deliveries.startRecovery(
        {
          connectorId,
          endpointId,
          since: new Date(0),
          until: undefined,
          status: 'delivered',
          types: [],
          dryRun: false,
          idempotencyKey: path,
          bodyHash: 'a',
        },
        as(),
      ),
    );
    expect(refusals).toEqual([]);
    const [made, ...others] = new Set(answers.map(({ recovery }) => recovery!.id));
    expect(others).toEqual([]);
    await deliveredAgain(endpointId, ids, 2);
    await until(
      async () => (await rows('recoveries', { endpointId, status: 'completed', resent: 3 })).length === 1,
      PATIENT,
    );
    expect(await rows('recoveries', { endpointId })).toHaveLength(1);
    expectCalls(path, 6);
    done.add(`webhook/${endpointId}/recovery/${made} webhook.recover`);
  },

  async 'pause and enable'() {
    const { connectorId, id } = await subscribed();
    for (const [status, action] of [
      ['paused', 'pause'],
      ['enabled', 'resume'],
    ]) {
      const request = editOf(connectorId, id, { status });
      const { refusals } = await atOnce(({ endpoints }) => endpoints.updateEndpoint(request, as()));
      expect(refusals).toEqual([]);
      done.add(`webhook/${id} webhook.${action}`);
    }
    expect(await rows('endpoints', { _id: id })).toMatchObject([{ status: 'enabled', revision: 3 }]);
  },

  async 'many answers that want no more'() {
    const endpoint = await subscribed(`/gone/${newId()}`);
    const { connectorId, id: endpointId, path } = endpoint;
    const request = { connectorId, endpointId, eventType: '', idempotencyKey: '' };
    const { answers } = await atOnce(({ deliveries }) => deliveries.sendTest(request, as()));
    for (const { delivery } of answers) done.add(`webhook/${endpointId}/delivery/${delivery!.id} webhook.test`);
    const settled = async () =>
      (await rows('deliveries', { endpointId, holder: '', nextAttemptAt: null })).length === COPIES;
    await until(settled, { ...PATIENT, what: 'parked deliveries' });
    expect(callsTo(path).length).toBeGreaterThan(0);
    expect(await rows('endpoints', { _id: endpointId })).toMatchObject([{ status: 'disabled', revision: 2 }]);
    done.add(`webhook/${endpointId} webhook.disable`);
  },

  async delete() {
    const { connectorId, id } = await subscribed();
    const { answers, refusals } = await atOnce(({ endpoints }) => endpoints.deleteEndpoint({ connectorId, id }, as()));
    expect(answers).toHaveLength(1);
    expect(new Set(refusals)).toEqual(new Set(['not_found']));
    done.add(`webhook/${id} webhook.delete`);
  },
};

test.each(Object.keys(DUPLICATES))(
  '%s, many times at once: one effect',
  async (name) => {
    for (let round = 0; round < ROUNDS; round += 1) {
      town.arrivals.length = 0;
      await DUPLICATES[name]!();
    }
  },
  ROUNDS * 60_000 + 60_000,
);

test('each of these effects was told once', async () => {
  const untold = async () => {
    const waiting = await Promise.all(
      ['endpoints', 'deliveries', 'recoveries'].map((name) => rows(name, { 'outbox.0': { $exists: true } })),
    );
    return waiting.flat().length;
  };
  await until(async () => (await untold()) === 0, { ...PATIENT, what: 'empty outboxes' });
  const audits = (await recordsOf('audit.recorded', theatre)).map(
    ({ value }) => JSON.parse(value) as { target: string; action: string },
  );
  const told = audits.map(({ target, action }) => `${target} ${action}`);
  expect(told.toSorted()).toEqual([...done].toSorted());
  const notices = (await recordsOf('connector.error', theatre)).map(
    ({ value }) => (JSON.parse(value) as { connector_id: string }).connector_id,
  );
  expect(new Set(notices).size).toBe(notices.length);
  console.log(
    `${ROUNDS} × ${COPIES} at once of ${Object.keys(DUPLICATES).length} kinds: ${told.length} effects, each told once`,
  );
}, 300_000);
