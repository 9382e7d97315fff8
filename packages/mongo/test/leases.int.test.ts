import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Logger } from '@crossdock/kernel';
import { stores, testNames } from '@crossdock/testing';
import { connectMongo, leaseStore, migrations, type Mongo } from '../src/index.ts';

const silent: Logger = { debug() {}, info() {}, warn() {}, error() {}, child: () => silent };
let mongo: Mongo;

beforeAll(async () => {
  mongo = connectMongo({ uri: stores().mongodb, database: testNames().database, log: silent });
  await mongo.start();
});

afterAll(async () => {
  await mongo.connection.dropDatabase();
  await mongo.stop();
});

test('one of twenty who want a lease at once gets it', async () => {
  const leases = leaseStore(mongo.connection, () => new Date());
  const got = await Promise.all(Array.from({ length: 20 }, () => leases.acquire('one', 60_000)));
  expect(got.filter((lease) => lease !== null)).toHaveLength(1);
});

test('a lapsed lease goes to the next holder with a higher fence, and the old one cannot renew it', async () => {
  let now = Date.parse('2026-01-01T00:00:00Z');
  const leases = leaseStore(mongo.connection, () => new Date(now));
  const first = (await leases.acquire('two', 1_000))!;
  expect(await leases.acquire('two', 1_000)).toBeNull();
  now += 2_000;
  const second = (await leases.acquire('two', 1_000))!;
  expect(second.fence).toBe(first.fence + 1);
  expect(await leases.renew(first, 1_000)).toBe(false);
  expect(await leases.renew(second, 1_000)).toBe(true);
});

test('a migration runs once when several processes start together', async () => {
  let runs = 0;
  const list = [{ name: '0001-count', up: async () => void runs++ }];
  await Promise.all(Array.from({ length: 3 }, () => migrations({ mongo, models: [], list, log: silent }).start()));
  expect(runs).toBe(1);
});
