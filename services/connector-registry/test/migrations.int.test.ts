import { connectMongo, type Mongo } from '@crossdock/mongo';
import { createLogger } from '@crossdock/runtime';
import { stores, testNames } from '@crossdock/testing';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { reasonToTell } from '../src/domain/advice.ts';
import { healthOf } from '../src/domain/health.ts';
import { connectorStore } from '../src/store/connectors.ts';
import { connectorMigrations } from '../src/store/migrations.ts';

let mongo: Mongo;

beforeAll(async () => {
  const log = createLogger('test', 'silent');
  mongo = connectMongo({ uri: stores().mongodb, database: testNames().database, log });
  await mongo.start();
});

afterAll(async () => {
  await mongo.connection.dropDatabase();
  await mongo.stop();
});

test('a connector made before there were streaks, standings and checks is looked at like any other', async () => {
  const now = new Date();
  const later = new Date(now.getTime() + 90 * 86_400_000);
  const made = {
    _id: 'old',
    tenant: 't',
    platform: 'tmall',
    status: 'running',
    statusReason: null,
    version: 3,
    credentialVersion: 1,
    credential: { accessToken: 'a', refreshToken: 'r', issuedAt: now, expiresAt: later },
    authorization: { stateId: 's', at: now },
    calls: [{ at: now, outcome: 'ok', message: '', durationMs: 1 }],
    deletedAt: null,
  };
  await mongo.connection.collection<typeof made>('connectors').insertOne(made);
  for (const { up } of connectorMigrations) await up(mongo.connection);
  for (const { up } of connectorMigrations) await up(mongo.connection);

  const connectors = connectorStore(mongo.connection);
  const connector = (await connectors.get('t', 'old'))!;
  expect(connector).toMatchObject({ streak: { failures: 0 }, nextProbeAt: expect.any(Date), calls: [{ code: '' }] });
  const recorded = await connectors.recordCalls(connector, [
    { at: now, outcome: 'ok', code: '', message: '', durationMs: 1 },
  ]);
  expect(recorded?.calls).toHaveLength(2);
  expect((await connectors.claimProbe(new Date(), later))?.id).toBe('old');
});

test('what an older version left out is neither an error nor told of', async () => {
  const connector = (await connectorStore(mongo.connection).get('t', 'old'))!;
  expect(reasonToTell(connector, new Date())).toBeNull();
  expect(healthOf(connector, 1, new Date()).status).toBe('unknown');
});
