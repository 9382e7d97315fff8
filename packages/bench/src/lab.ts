import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { sandboxControl, type SandboxControl } from '@crossdock/sandbox';
import {
  claimDirectory,
  endLeftovers,
  freePorts,
  isAbandoned,
  openStores,
  ROOT,
  SERVICE_NAMES,
  startProduct,
  type Product,
  type Stores,
} from '@crossdock/stack';
import mongoose from 'mongoose';
import { logIn, type Api } from './api.ts';
import { dropTopics } from './kafka-client.ts';
import { pidListening } from './processes.ts';
import { webhookArrivals, type WebhookArrivals } from './webhook-arrivals.ts';

/** The whole product in processes of its own on real stores, and what a bench needs beside it. */
export interface Lab {
  api: Api;
  gateway: string;
  control: SandboxControl;
  sandbox: string;
  services: Product['services'];
  /** Webhooks may go there. */
  webhooks: WebhookArrivals;
  mongo: mongoose.mongo.MongoClient;
  mongodb: string;
  brokers: string[];
  /** Stands before every database and topic of this run. */
  prefix: string;
  /** Of the stores; null where they run on another machine. */
  storePids: { mongod: number | null; kafka: number | null };
  close(): Promise<void>;
}

const RUNS = join(ROOT, '.crossdock', 'bench');

export interface LabOptions {
  /** Reaches every service. */
  env: NodeJS.ProcessEnv;
  log: (sentence: string) => void;
  signal: AbortSignal;
}

export async function openLab({ env, log, signal }: LabOptions): Promise<Lab> {
  const prefix = `bench-${process.pid}-`;
  await clearAbandoned();
  const run = await claimDirectory(join(RUNS, String(process.pid)), process.argv[1]!);
  const endings: (() => Promise<unknown>)[] = [];
  const end = async () => {
    for (const each of endings.toReversed()) await each();
  };
  try {
    log('Bringing up Kafka and MongoDB');
    const stores = await openStores({ run, cache: join(ROOT, '.crossdock', 'cache'), env, log, signal });
    endings.push(stores.stop);
    const mongo = await mongoose.mongo.MongoClient.connect(stores.mongodb, { writeConcern: { w: 'majority' } });
    endings.push(() => mongo.close());
    if (stores.kind === 'given') endings.push(() => clear(mongo, stores.kafka, prefix));
    const ports = await freePorts();
    const webhooks = await webhookArrivals(ports.receiver);
    endings.push(webhooks.stop);
    log('Bundling the services');
    const bundles = await bundled(join(run.path, 'bundles'));
    log(`Starting six services and the sandbox (stores: ${stores.kind})`);
    const keyEncryptionKeys = `bench:${randomBytes(32).toString('base64')}`;
    const product = await startProduct({
      setting: {
        ports,
        kafka: stores.kafka,
        mongodb: stores.mongodb,
        databasePrefix: prefix,
        topicPrefix: prefix,
        bundles,
        sandboxData: join(run.path, 'data', 'sandbox'),
        keyEncryptionKeys,
        env,
      },
      run,
      log,
      signal,
    });
    endings.push(product.stop);
    const control = sandboxControl(product.control);
    return {
      api: await logIn(product.gateway, control),
      gateway: product.gateway,
      control,
      sandbox: product.sandbox,
      services: product.services,
      webhooks,
      mongo,
      mongodb: stores.mongodb,
      brokers: stores.kafka,
      prefix,
      storePids: storePids(stores),
      async close() {
        await end();
        rmSync(run.path, { recursive: true, force: true });
      },
    };
  } catch (err) {
    // The folder stays: it has the logs that say why. The next run takes it away.
    await end();
    throw err;
  }
}

/** The services as their images hold them. */
async function bundled(folder: string): Promise<string> {
  const bundler = join(ROOT, 'packages', 'tooling', 'src', 'bundle.ts');
  await Promise.all(
    SERVICE_NAMES.map((name) => promisify(execFile)(process.execPath, [bundler, name, join(folder, name)])),
  );
  return folder;
}

/** What a killed run left: its processes first, then its data. */
async function clearAbandoned(): Promise<void> {
  mkdirSync(RUNS, { recursive: true });
  for (const path of readdirSync(RUNS).map((name) => join(RUNS, name))) {
    if (!isAbandoned(path)) continue;
    await endLeftovers(path);
    rmSync(path, { recursive: true, force: true });
  }
}

function storePids({ pids, kafka, mongodb }: Stores): Lab['storePids'] {
  const mongod = /\/\/(?:[^@/]*@)?[^:/,]+:(\d+)/.exec(mongodb)?.[1] ?? '27017';
  const broker = kafka[0]?.split(':')[1] ?? '9092';
  return {
    mongod: pids.mongodb ?? pidListening(Number(mongod)),
    kafka: pids.kafka ?? pidListening(Number(broker)),
  };
}

/** Stores that others use too are left as they were found. */
async function clear(mongo: mongoose.mongo.MongoClient, brokers: string[], prefix: string): Promise<void> {
  const { databases } = await mongo.db('admin').admin().listDatabases({ nameOnly: true });
  for (const { name } of databases) if (name.startsWith(prefix)) await mongo.db(name).dropDatabase();
  await dropTopics(brokers, prefix);
}
