import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../ports.ts';
import type { RunDirectory } from '../run-directory.ts';
import { StartError } from '../start-error.ts';
import type { Surroundings } from './commands.ts';
import { givenStores } from './given.ts';
import { startKafka } from './kafka.ts';
import { findJava, kafkaJars } from './kafka-jars.ts';
import { startMongod } from './mongod.ts';
import { findMongod } from './mongod-binary.ts';

export interface Stores {
  kind: 'given' | 'native';
  kafka: string[];
  mongodb: string;
  /** Of what we started. */
  pids: { kafka?: number; mongodb?: number };
  stop(): Promise<void>;
}

export interface StoreOptions extends Surroundings {
  /** Where the processes are noted; data goes to `data`, logs to `logs` in it. */
  run: RunDirectory;
  /** Downloads, shared by every run of this copy of the project. */
  cache: string;
  /** Free ones unless named. */
  ports?: { kafka: number; mongodb: number };
}

/** Real Kafka and MongoDB: given by the environment, else native ones that are ours. CROSSDOCK_STACK forces a kind. */
export async function openStores(options: StoreOptions): Promise<Stores> {
  const { env } = options;
  const forced = env['CROSSDOCK_STACK'] || undefined;
  switch (forced) {
    case 'given':
      return givenStores(env);
    case 'docker':
      throw new StartError('CROSSDOCK_STACK=docker is not supported yet: leave it out, or use given or native.');
    case 'native':
      return nativeStores(options);
    case undefined:
      return env['KAFKA_BROKERS'] || env['MONGODB_URI'] ? givenStores(env) : nativeStores(options);
    default:
      throw new StartError(`CROSSDOCK_STACK=${forced} is unknown: given, docker or native.`);
  }
}

async function nativeStores({ run, cache, ports, env, log, signal }: StoreOptions): Promise<Stores> {
  // What one cannot have, the other need not be fetched for.
  const failed = new AbortController();
  const around = { env, log, signal: AbortSignal.any([signal, failed.signal]) };
  const logFile = join(run.path, 'logs', 'kafka.log');
  rmSync(logFile, { force: true });
  const kafka = async () => {
    const java = await findJava(around);
    const jars = await kafkaJars(cache, around);
    const [port, controllerPort] = [ports?.kafka ?? (await freePort()), await freePort()];
    return startKafka({
      java,
      jars,
      dataDir: join(run.path, 'data', 'kafka'),
      logFile,
      port,
      controllerPort,
      run,
      around,
    });
  };
  const mongod = async () => {
    const binary = await findMongod(cache, around);
    const dbPath = join(run.path, 'data', 'mongodb');
    return startMongod({ binary, dbPath, port: ports?.mongodb ?? (await freePort()), run, signal: around.signal });
  };
  const [broker, mongo] = await bothOrNeither(kafka(), mongod(), failed);
  return {
    kind: 'native',
    kafka: [broker.broker],
    mongodb: mongo.uri,
    pids: { kafka: broker.pid, mongodb: mongo.pid },
    async stop() {
      await Promise.all([broker.stop(), mongo.stop()]);
    },
  };
}

type Stoppable = { stop(): Promise<void> };

/** Both, or the reason of the first that failed, told to `failed` and after whatever came up has been ended. */
async function bothOrNeither<A extends Stoppable, B extends Stoppable>(
  first: Promise<A>,
  second: Promise<B>,
  failed: AbortController,
): Promise<[A, B]> {
  try {
    return await Promise.all([first, second]);
  } catch (err) {
    failed.abort();
    for (const outcome of await Promise.allSettled([first, second])) {
      if (outcome.status === 'fulfilled') await outcome.value.stop();
    }
    throw err;
  }
}
