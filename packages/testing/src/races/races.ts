import { randomUUID } from 'node:crypto';
import { ConnectorServiceService } from '@crossdock/contracts/grpc/connector-registry';
import { SyncServiceService } from '@crossdock/contracts/grpc/sync-orchestrator';
import { http } from '../e2e/http.ts';
import { connectorOf, openShop } from '../e2e/shops.ts';
import { connected, create, insist, newSubject, quiet, tasksOf, trigger } from '../failpoints/subject.ts';
import { allAlike, type Race } from './race.ts';
import { connectorsNamed, merchantAgrees } from './effects.ts';

const FEW = 3;
/** A task is live until the last caller was heard. */
const SLOW_MS = 10_000;
/** Of the tenant with few places. */
const QUOTA = 10;
const SHOP = 'tmall';

const keyAtGateways: Race = {
  name: 'creates under one key, at the gateways',
  allowed: 1,
  async round(world, name) {
    const body = { ...connectorOf(await openShop(world, { products: FEW })), name };
    const headers = { 'idempotency-key': randomUUID() };
    return {
      async call({ admin }) {
        const { status, body: answer } = await admin.post('', body, headers);
        return `${status} ${answer?.data?.id}`;
      },
      expected: allAlike('201 '),
      effects: () => connectorsNamed(world, name).countDocuments(),
      plant: () => connectorsNamed(world, name).addOne(),
    };
  },
};

const keyAtRegistries: Race = {
  name: 'creates under one key, at the registries',
  allowed: 1,
  async round(world, name) {
    const { config, platform } = connectorOf(await openShop(world, { products: FEW }));
    const request = { name, platform, config, syncIntervalMinutes: 15, idempotencyKey: name, bodyHash: 'h' };
    return {
      async call({ registry }) {
        const { connector } = await registry.ask(ConnectorServiceService.createConnector, request);
        return `ok ${connector?.id}`;
      },
      expected: allAlike('ok '),
      effects: () => connectorsNamed(world, name).countDocuments(),
      plant: () => connectorsNamed(world, name).addOne(),
    };
  },
};

const quota: Race = {
  name: 'creates at the quota',
  allowed: QUOTA,
  async round(world, name) {
    const made: string[] = [];
    return {
      async call({ other }) {
        const shop = { platform: SHOP, shopId: randomUUID(), appKey: 'sandbox-app' } as const;
        const { status, body } = await other.post('', { ...connectorOf(shop), name });
        if (status === 201) made.push(body.data.id as string);
        return `${status} ${status === 201 ? '' : body?.code}`;
      },
      expected: (answers, callers) =>
        answers.filter((answer) => answer === '201 ').length === QUOTA &&
        answers.filter((answer) => answer.startsWith('403 ')).length === callers - QUOTA,
      effects: () => connectorsNamed(world, name).countDocuments(),
      plant: () => connectorsNamed(world, name).addOne(),
      end: async () => {
        const { other } = world.sides[0]!;
        for (const id of made) await insist(() => other.delete(`/${id}`), 204);
        await connectorsNamed(world, name).removeAdded();
      },
    };
  },
};

const replay: Race = {
  name: 'replays of an OAuth redirect',
  allowed: 1,
  async round(world) {
    const subject = await newSubject(world, FEW);
    await create(world, subject);
    const callback = await merchantAgrees(subject);
    const { appKey: app, connectorId } = subject;
    const asked = () => world.platform.requests({ platform: SHOP, match: `client_id=${app}` });
    return {
      async call({ gateway }) {
        const { status } = await http(gateway)('GET', callback.pathname + callback.search);
        return `${status}`;
      },
      expected: allAlike('200'),
      async effects() {
        const exchanges = (await asked()).filter(({ body }) => String(body).includes('authorization_code')).length;
        const { body } = await insist(() => world.admin.get(`/${connectorId}`), 200);
        return body.data.status === 'connected' ? exchanges : 0;
      },
      plant: () =>
        fetch(`${world.stack.sandbox}/taobao/token`, {
          method: 'POST',
          body: new URLSearchParams({ grant_type: 'authorization_code', client_id: app }),
        }),
    };
  },
};

const triggers: Race = {
  name: 'triggers of one sync, each under a key of its own',
  allowed: 1,
  async round(world) {
    const subject = await connected(world, FEW);
    const { connectorId } = subject;
    await world.platform.putShop(SHOP, subject.shopId, { latency_ms: SLOW_MS });
    const all = () => tasksOf(world, [connectorId]);
    return {
      async call({ admin }) {
        const headers = { 'idempotency-key': randomUUID() };
        const { status, body } = await admin.post(`/${connectorId}/sync/products`, { mode: 'full' }, headers);
        return `${status} ${body?.data?.task_id}`;
      },
      expected: allAlike('202 '),
      effects: async () => (await all()).length,
      plant: async () => {
        const tasks = world.database('sync-orchestrator').collection<{ _id: string }>('sync_tasks');
        const [task] = await all();
        await tasks.insertOne({ ...task, _id: randomUUID(), keys: [], outbox: [], status: 'cancelled' } as never);
      },
      end: async () => {
        const [task] = await all();
        await insist(() => world.admin.post(`/${connectorId}/sync/tasks/${task?._id}/cancel`), 200, 409);
      },
    };
  },
};

const triggersUnderAKey: Race = {
  name: 'triggers under one key, at the orchestrators, before and after its sync ended',
  allowed: 1,
  async round(world, name) {
    const subject = await connected(world, FEW);
    const { connectorId } = subject;
    const request = { connectorId, syncType: 'products', mode: 'full', since: undefined, bodyHash: 'h' };
    return {
      async call({ orchestrator }, caller) {
        if (caller % 2 === 1) await quiet(world, subject);
        const { task } = await orchestrator.ask(SyncServiceService.startSync, { ...request, idempotencyKey: name });
        return `ok ${task?.id}`;
      },
      expected: allAlike('ok '),
      effects: async () => (await tasksOf(world, [connectorId])).length,
      plant: async () => {
        await quiet(world, subject);
        await trigger(world, subject);
      },
    };
  },
};

const resumes: Race = {
  name: 'resumes of a paused connector',
  allowed: 1,
  async round(world) {
    const { admin } = world;
    const { connectorId } = await connected(world, FEW);
    await insist(() => admin.post(`/${connectorId}/pause`), 200);
    const connectors = world.database('connector-registry').collection<{ _id: string; version: number }>('connectors');
    const version = async () => (await connectors.findOne({ _id: connectorId }))?.version ?? 0;
    const before = await version();
    return {
      async call(side) {
        const { status } = await side.admin.post(`/${connectorId}/resume`);
        return `${status}`;
      },
      expected: allAlike('200'),
      effects: async () => (await version()) - before,
      plant: () => insist(() => admin.post(`/${connectorId}/pause`), 200),
    };
  },
};

export const RACES: Race[] = [keyAtGateways, keyAtRegistries, quota, replay, triggers, triggersUnderAKey, resumes];
