import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ShopServiceService } from '@crossdock/contracts/grpc/shop-settings';
import { inTrace, type Logger, newTraceparent, systemClock } from '@crossdock/kernel';
import { rpcClient, type RpcClient } from '@crossdock/rpc';
import { readConfig, type Service } from '@crossdock/runtime';
import { recordsOf, stores, testNames, until } from '@crossdock/testing';
import mongoose from 'mongoose';
import { configSchema } from '../src/config.ts';
import { shopSettings } from '../src/service.ts';

const { database, topicPrefix } = testNames();
const quiet: Logger = { debug() {}, info() {}, warn() {}, error() {}, child: () => quiet };
const db = mongoose.createConnection();
let service: Service & { grpcPort(): number };
let client: RpcClient<typeof ShopServiceService>;

beforeAll(async () => {
  const config = readConfig(configSchema, {
    OPS_PORT: '0',
    GRPC_PORT: '0',
    MONGODB_URI: stores().mongodb,
    MONGODB_DATABASE: database,
    KAFKA_BROKERS: stores().kafka.join(','),
    TOPIC_PREFIX: topicPrefix,
  });
  service = shopSettings({ config, log: quiet, clock: systemClock });
  await service.start();
  client = rpcClient(ShopServiceService, `127.0.0.1:${service.grpcPort()}`);
  await client.start();
  await db.openUri(stores().mongodb, { dbName: database });
});

afterAll(async () => {
  await client.stop();
  await service.stop();
  await db.dropDatabase();
  await db.close();
});

const as = (tenant: string) => ({ tenant, actor: 'user:1' });

interface Request {
  name: string;
  domain: string;
  status: string;
  idempotencyKey: string;
  bodyHash: string;
}

async function create(tenant: string, domain: string, more: Partial<Request> = {}) {
  const { shop } = await client.call.createShop(
    { name: '新店铺', domain, status: '', idempotencyKey: '', bodyHash: '', ...more },
    as(tenant),
  );
  return shop!;
}

const list = (tenant: string, page = 1, pageSize = 100) => client.call.listShops({ page, pageSize }, as(tenant));

/** What `work` answered, or the kind of its refusal. */
const settle = <T>(work: Promise<T>): Promise<T | string> => work.catch((err: { kind: string }) => err.kind);

describe('creating a shop', () => {
  test('answers what is stored, with an integer id', async () => {
    const shop = await create('plain', 'New-Shop.myshopify.com', { status: 'pending' });
    expect(shop).toEqual({
      id: expect.any(Number),
      name: '新店铺',
      domain: 'new-shop.myshopify.com',
      status: 'pending',
      version: 1,
      createdAt: expect.any(Date),
    });
    expect((await list('plain')).items).toEqual([shop]);
  });

  test('fifty at once get fifty ids, the first of them too', async () => {
    const shops = await Promise.all(Array.from({ length: 50 }, (_, at) => create('crowd', `shop-${at}.example.com`)));
    expect(new Set(shops.map(({ id }) => id)).size).toBe(50);
    expect((await list('crowd')).total).toBe(50);
  });

  test('an id is not used again when its shop is gone', async () => {
    const { id } = await create('reuse', 'one.example.com');
    await db.collection<{ _id: number }>('shops').deleteOne({ _id: id });
    expect((await create('reuse', 'two.example.com')).id).toBeGreaterThan(id);
  });

  test('what is wrong is refused by field and nothing is stored', async () => {
    const refused = create('wrong', 'not a domain', { name: '', status: 'open' });
    await expect(refused).rejects.toMatchObject({
      kind: 'invalid',
      details: { name: ['店铺名称不能为空'], domain: ['域名格式不正确'], status: [expect.any(String)] },
    });
    expect((await list('wrong')).total).toBe(0);
  });
});

describe('a domain', () => {
  test('belongs to one living shop of a tenant: of ten who want it at once one gets it', async () => {
    const made = await Promise.all(Array.from({ length: 10 }, () => settle(create('domain', 'same.example.com'))));
    expect(made.filter((shop) => typeof shop !== 'string')).toHaveLength(1);
    await expect(create('domain', 'SAME.example.com')).rejects.toMatchObject({
      kind: 'invalid',
      details: { domain: ['域名已存在'] },
    });
  });

  test('may be used by another tenant, and again when its shop was deleted', async () => {
    const { id } = await create('first', 'shared.example.com');
    await create('second', 'shared.example.com');
    await db.collection<{ _id: number }>('shops').updateOne({ _id: id }, { $set: { deleted_at: new Date() } });
    await create('first', 'shared.example.com');
    expect((await list('first')).total).toBe(1);
  });
});

describe('an idempotency key', () => {
  const key = { idempotencyKey: 'k-1', bodyHash: 'h-1' };

  test('makes one shop however often and however close together it comes', async () => {
    const shops = await Promise.all(Array.from({ length: 20 }, () => create('again', 'again.example.com', key)));
    expect(new Set(shops.map(({ id }) => id)).size).toBe(1);
    expect(await create('again', 'again.example.com', key)).toEqual(shops[0]);
    expect((await list('again')).total).toBe(1);
  });

  test('with another body is a conflict', async () => {
    await create('body', 'body.example.com', key);
    await expect(create('body', 'other.example.com', { ...key, bodyHash: 'h-2' })).rejects.toMatchObject({
      kind: 'invalid',
      code: 'IDEMPOTENCY_KEY',
    });
  });

  test("is its tenant's own", async () => {
    await create('mine', 'mine.example.com', key);
    const theirs = await create('theirs', 'theirs.example.com', { ...key, bodyHash: 'h-3' });
    expect(theirs.domain).toBe('theirs.example.com');
  });

  test('that is new does not get a shop another request made', async () => {
    await create('taken', 'taken.example.com', key);
    await expect(
      create('taken', 'taken.example.com', { idempotencyKey: 'k-2', bodyHash: 'h-1' }),
    ).rejects.toMatchObject({
      details: { domain: ['域名已存在'] },
    });
  });
});

describe('the list', () => {
  test('comes by id in pages, empty past the end', async () => {
    const made = [];
    for (let at = 0; at < 5; at += 1) made.push(await create('pages', `p${at}.example.com`));
    expect(await list('pages', 1, 2)).toEqual({ items: made.slice(0, 2), total: 5 });
    expect(await list('pages', 3, 2)).toEqual({ items: made.slice(4), total: 5 });
    expect(await list('pages', 4, 2)).toEqual({ items: [], total: 5 });
    expect(await list('pages', 4_294_967_295, 100)).toEqual({ items: [], total: 5 });
  });

  test("holds nothing of another tenant's", async () => {
    await create('east', 'east.example.com');
    await create('west', 'west.example.com');
    expect((await list('east')).items.map(({ domain }) => domain)).toEqual(['east.example.com']);
    expect(await list('nobody')).toEqual({ items: [], total: 0 });
  });

  test.each([
    [0, 10, 'page'],
    [1, 0, 'page_size'],
    [1, 101, 'page_size'],
  ])('page %d of %d is refused', async (page, pageSize, field) => {
    await expect(list('pages', page, pageSize)).rejects.toMatchObject({
      kind: 'invalid',
      details: { [field]: [expect.any(String)] },
    });
  });
});

describe('a created shop', () => {
  const eventsOf = async (topic: string, text: string) =>
    (await recordsOf(topic, { topicPrefix })).filter((record) => JSON.stringify(record).includes(text));

  test('is told once to those who follow shops and once to the audit trail', async () => {
    const trace = { traceparent: newTraceparent(), requestId: 'request-of-this-test' };
    const { id } = await inTrace(trace, () => create('events', 'events.example.com'));
    await until(async () => (await eventsOf('audit.recorded', `shop/${id}"`)).length > 0, { what: 'the audit event' });
    const [audit, ...moreAudits] = await eventsOf('audit.recorded', `shop/${id}"`);
    expect(moreAudits).toEqual([]);
    expect(JSON.parse(audit!.value)).toMatchObject({
      actor: 'user:1',
      action: 'shop.created',
      before: null,
      request_id: 'request-of-this-test',
    });
    expect(audit!.headers).toMatchObject({
      ce_tenantid: 'events',
      traceparent: expect.stringContaining(trace.traceparent.slice(3, 35)),
    });
    const changes = async () =>
      (await recordsOf('shop.changed', { topicPrefix })).filter(({ key }) => key === String(id));
    await until(async () => (await changes()).length > 0, { what: 'the change event' });
    expect((await changes()).map(({ value }) => JSON.parse(value) as unknown)).toEqual([
      { shop_id: id, version: 1, changed: ['name', 'domain', 'status'], deleted: false },
    ]);
  });

  test('leaves nothing waiting in the outbox', async () => {
    await until(async () => (await db.collection('shops').countDocuments({ 'outbox.0': { $exists: true } })) === 0, {
      what: 'empty outboxes',
    });
  });
});
