import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { Kafka, logLevel } from 'kafkajs';
import mongoose from 'mongoose';
import { claimDirectory } from '../src/run-directory.ts';
import { removeVolume, volumeOf } from '../src/stores/containers.ts';
import { dockerEngine } from '../src/stores/docker-engine.ts';
import { openStores, type Stores } from '../src/stores/open-stores.ts';

// In the folder of the run, which a later one recognises as abandoned should this one be killed.
const folder = mkdtempSync(join(process.env['CROSSDOCK_TEST_RUN'] ?? tmpdir(), 'stack-docker-'));
const around = { env: process.env, log: () => undefined, signal: new AbortController().signal };
const engine = await dockerEngine(around);

afterAll(async () => {
  if (engine !== null) for (const store of ['kafka', 'mongodb']) await removeVolume(volumeOf(folder, store), engine);
  rmSync(folder, { recursive: true, force: true });
});

async function withStores<T>(volumes: 'kept' | 'new', use: (stores: Stores) => Promise<T>): Promise<T> {
  const run = await claimDirectory(folder, 'jest');
  const env = { ...process.env, CROSSDOCK_STACK: 'docker' };
  const stores = await openStores({ ...around, env, run, cache: folder, volumes });
  try {
    return await use(stores);
  } finally {
    await stores.stop();
    run.release();
  }
}

async function withTopics<T>({ kafka }: Stores, use: (admin: ReturnType<Kafka['admin']>) => Promise<T>): Promise<T> {
  const admin = new Kafka({ brokers: kafka, logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  try {
    return await use(admin);
  } finally {
    await admin.disconnect();
  }
}

async function withThings<T>({ mongodb }: Stores, use: (things: mongoose.mongo.Collection) => Promise<T>): Promise<T> {
  const client = await mongoose.mongo.MongoClient.connect(mongodb);
  try {
    return await use(client.db('kept').collection('things'));
  } finally {
    await client.close();
  }
}

const kept = async (stores: Stores) => ({
  topics: await withTopics(stores, (admin) => admin.listTopics()),
  things: await withThings(stores, (things) => things.countDocuments()),
});

(engine === null ? test.skip : test)(
  'containers find what an earlier run kept, unless asked to begin anew, and leave nothing running',
  async () => {
    await withStores('new', async (stores) => {
      expect(stores.kind).toBe('docker');
      await withThings(stores, (things) => things.insertOne({ n: 7 }, { writeConcern: { w: 'majority' } }));
      const topics = [{ topic: 'kept', numPartitions: 2 }];
      await withTopics(stores, (admin) => admin.createTopics({ topics, waitForLeaders: true }));
    });
    await withStores('kept', async (stores) => expect(await kept(stores)).toEqual({ topics: ['kept'], things: 1 }));
    await withStores('new', async (stores) => expect(await kept(stores)).toEqual({ topics: [], things: 0 }));
    const left = await engine?.client.container.dockerode.listContainers({
      all: true,
      filters: { label: [`crossdock.run`] },
    });
    expect(left?.filter(({ Labels }) => Labels['crossdock.run']?.endsWith(folder))).toEqual([]);
  },
  180_000,
);
