import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../ports.ts';
import { startKafka } from './kafka.ts';
import { findJava, kafkaJars } from './kafka-jars.ts';
import { startMongod } from './mongod.ts';
import { findMongod } from './mongod-binary.ts';
import type { StoreOptions, Stores } from './open-stores.ts';

/** Kafka and MongoDB as processes of ours, their data in the folder of the run. */
export async function nativeStores({ run, cache, ports, env, log, signal }: StoreOptions): Promise<Stores> {
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
