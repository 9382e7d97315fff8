import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { Kafka, logLevel } from 'kafkajs';
import mongoose from 'mongoose';
import { ROOT } from '../src/files.ts';
import { isFree } from '../src/ports.ts';
import { commandLineOf } from '../src/processes.ts';
import { claimDirectory } from '../src/run-directory.ts';
import { openStores, type Stores } from '../src/stores/open-stores.ts';

// In the folder of the run, which ends what a test that is cut off leaves.
const folder = mkdtempSync(join(process.env['CROSSDOCK_TEST_RUN'] ?? tmpdir(), 'stack-native-'));
const cache = join(ROOT, '.crossdock', 'cache');
// Where the run itself was given its stores, this machine need not be able to have its own.
const hasNative = existsSync(join(cache, 'kafka-3.9.1'));

afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function withStores<T>(use: (stores: Stores) => Promise<T>): Promise<T> {
  const run = await claimDirectory(folder, 'jest');
  const env = { ...process.env, CROSSDOCK_STACK: 'native' };
  const stores = await openStores({ run, cache, env, log: () => undefined, signal: new AbortController().signal });
  try {
    return await use(stores);
  } finally {
    await stores.stop();
    run.release();
    for (const pid of Object.values(stores.pids)) expect(commandLineOf(pid)).toBeNull();
  }
}

(hasNative ? test : test.skip)(
  'native stores keep their data over a stop and a start on other ports, and leave nothing running',
  async () => {
    const first = await withStores(async ({ kafka, mongodb }) => {
      const client = await mongoose.mongo.MongoClient.connect(mongodb);
      await client
        .db('kept')
        .collection('things')
        .insertOne({ n: 7 }, { writeConcern: { w: 'majority' } });
      await client.close();
      const admin = new Kafka({ brokers: kafka, logLevel: logLevel.NOTHING }).admin();
      await admin.connect();
      await admin.createTopics({ topics: [{ topic: 'kept', numPartitions: 2 }], waitForLeaders: true });
      await admin.disconnect();
      return { kafka, mongodb };
    });
    await withStores(async ({ kafka, mongodb }) => {
      expect([kafka, mongodb]).not.toEqual([first.kafka, first.mongodb]);
      const client = await mongoose.mongo.MongoClient.connect(mongodb);
      expect(await client.db('kept').collection('things').findOne()).toMatchObject({ n: 7 });
      await client.close();
      const admin = new Kafka({ brokers: kafka, logLevel: logLevel.NOTHING }).admin();
      await admin.connect();
      expect(await admin.listTopics()).toContain('kept');
      await admin.disconnect();
    });
    expect(await isFree(Number(first.kafka[0]?.split(':')[1]))).toBe(true);
  },
  180_000,
);
