import { newId } from '@crossdock/kernel';
import { connectMongo, type Mongo } from '@crossdock/mongo';
import { createLogger } from '@crossdock/runtime';
import { stores, testNames } from '@crossdock/testing';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { catalogStore } from '../src/store/catalog.ts';
import { recordStore } from '../src/store/records.ts';

const connectorId = newId();
let mongo: Mongo;

beforeAll(async () => {
  const { database } = testNames();
  mongo = connectMongo({ uri: stores().mongodb, database, log: createLogger('test', 'silent') });
  await mongo.start();
});

afterAll(async () => {
  await mongo.connection.dropDatabase();
  await mongo.stop();
});

test.each([
  ['orders', { receiver: { name: '张三', phone: null, address: null } }, '张'],
  ['orders', { items: [{ title: '纯棉T恤' }] }, '棉t'],
  ['products', { title: '纯棉T恤', outer_id: null }, 'T恤'],
  ['inventory', { outer_id: 'SKU-1-M' }, 'sku-1'],
  ['reviews', { content: '很好 (真的)' }, '(真'],
])('a text is found in what people see of %s: %j', async (entity, fields, q) => {
  const externalId = newId();
  await recordStore(mongo.connection, entity).write(
    [
      {
        kind: 'insert',
        externalId,
        version: 1,
        content: { fields, hash: 'h', digest: null, sourceUpdatedAt: new Date() },
      },
    ],
    { tenant: 'demo', connectorId, fence: 1, page: 1, now: new Date() },
  );
  const found = async (text: string) => {
    const query = { tenant: 'demo', connectorId, includeDeleted: false, q: text };
    const { items } = await catalogStore(mongo.connection, entity).list(query, { after: null, skip: 0, limit: 10 });
    return items.map((item) => item.externalId);
  };
  expect(await found(q)).toEqual([externalId]);
  expect(await found('没有这个')).toEqual([]);
});
