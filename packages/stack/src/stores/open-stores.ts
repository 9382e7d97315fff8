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

async function nativeStores({ run, cache, ports, ...around }: StoreOptions): Promise<Stores> {
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
    return startMongod({
      binary,
      dbPath: join(run.path, 'data', 'mongodb'),
      port: ports?.mongodb ?? (await freePort()),
      run,
    });
  };
  const [broker, mongo] = await bothOrNeither(kafka(), mongod());
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

async function bothOrNeither<A extends Stoppable, B extends Stoppable>(
  first: Promise<A>,
  second: Promise<B>,
): Promise<[A, B]> {
  const [a, b] = await Promise.allSettled([first, second]);
  if (a.status === 'fulfilled' && b.status === 'fulfilled') return [a.value, b.value];
  if (a.status === 'fulfilled') await a.value.stop();
  if (b.status === 'fulfilled') await b.value.stop();
  throw a.status === 'rejected' ? a.reason : (b as PromiseRejectedResult).reason;
}
