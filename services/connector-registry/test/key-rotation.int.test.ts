import { randomBytes } from 'node:crypto';
import { systemClock } from '@crossdock/kernel';
import { connectMongo, type Mongo } from '@crossdock/mongo';
import { createPlatforms } from '@crossdock/platforms';
import { createLogger } from '@crossdock/runtime';
import { stores, testNames } from '@crossdock/testing';
import { createVault, keyIdOf } from '@crossdock/vault';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { registryApp } from '../src/app/registry-app.ts';
import { systemCaller } from '../src/domain/connector.ts';
import { quotasOf } from '../src/domain/slots.ts';
import { type ConnectorStore, connectorStore } from '../src/store/connectors.ts';
import { oauthStateStore } from '../src/store/oauth-states.ts';
import { appKeyOf, newConnector, newShop } from './registry.ts';

const key = () => randomBytes(32).toString('base64');
const [k1, k2] = [`k1:${key()}`, `k2:${key()}`];
const log = createLogger('connector-registry', 'silent');
const caller = systemCaller('demo');

let mongo: Mongo;
beforeAll(async () => {
  mongo = connectMongo({ uri: stores().mongodb, database: testNames().database, log });
  await mongo.start();
});
afterAll(async () => {
  await mongo.connection.dropDatabase();
  await mongo.stop();
});

test('an edit that meets a rotation of keys puts no secret back under the old key', async () => {
  const [store, states] = [connectorStore(mongo.connection), oauthStateStore(mongo.connection)];
  const appOf = (connectors: ConnectorStore, keys: string) =>
    registryApp({
      connectors,
      states,
      platforms: createPlatforms({ taobao: { authUrl: 'http://127.0.0.1:1', apiUrl: 'http://127.0.0.1:1' } }),
      vault: createVault(keys),
      quotas: quotasOf('', 10),
      publicUrl: 'http://127.0.0.1:1',
      budgets: { gate: () => ({ take: async () => {}, done: () => {} }), remainingShare: async () => 1 },
      nudge: () => {},
      clock: systemClock,
      log,
    });
  const shopId = newShop();
  const { connector } = await appOf(store, k1).createConnector(caller, newConnector(shopId));
  const { id } = connector;
  const secret = async () => (await store.get('demo', id))!.config['app_secret']!;
  expect(keyIdOf(await secret())).toBe('k1');

  const both = `${k2},${k1}`;
  const rows = mongo.connection.collection<{ _id: string }>('connectors');
  const rotatedOnceRead: ConnectorStore['get'] = async (...of) => {
    const read = await store.get(...of);
    const anew = createVault(both).rewrap('demo', await secret());
    await rows.updateOne({ _id: id }, { $set: { 'config.app_secret': anew } });
    return read;
  };
  const edit = { config: { app_key: `${appKeyOf(shopId)}-2` } };
  const edited = await appOf({ ...store, get: rotatedOnceRead }, both).updateConnector(caller, id, edit);
  expect(edited).toMatchObject({ revision: 2, config: edit.config });
  expect(keyIdOf(await secret())).toBe('k2');
});
