import { once } from 'node:events';
import { createWriteStream, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { GenericContainer } from 'testcontainers';
import { freePort } from '../ports.ts';
import { reasonOf, StartError } from '../start-error.ts';
import { until } from '../until.ts';
import { clearContainers, containerOf, removeVolume, volumeOf } from './containers.ts';
import type { Engine } from './docker-engine.ts';
import { answersNow } from './kafka.ts';
import { LONE_BROKER } from './lone-broker.ts';
import type { StoreOptions, Stores } from './open-stores.ts';
import { formReplicaSet, REPLICA_SET } from './replica-set.ts';

/** As in docker-compose.yml. */
export const IMAGES = { kafka: 'apache/kafka:3.9.1', mongodb: 'mongo:8' };

const START_LIMIT_MS = 60_000;
const STOP_GRACE_S = 8;
const KAFKA_PORT = 19_092;
const MONGODB_PORT = 27_017;

/** Kafka and MongoDB in containers that end with us. */
export async function dockerStores(options: StoreOptions, engine: Engine): Promise<Stores> {
  const { run, volumes, log, signal } = options;
  await clearContainers(run.path, engine);
  if (volumes === 'new')
    for (const store of ['kafka', 'mongodb']) await removeVolume(volumeOf(run.path, store), engine);
  mkdirSync(join(run.path, 'logs'), { recursive: true });
  log(`Starting ${Object.values(IMAGES).join(' and ')} in Docker; an image that is not here is pulled first.`);
  const starting = [startKafka(options, engine), startMongodb(options, engine)] as const;
  const aborted = once(signal, 'abort').then(() => signal.throwIfAborted());
  try {
    await Promise.race([Promise.all(starting), aborted]);
    const [kafka, mongodb] = await Promise.all(starting);
    const stop = () => clearContainers(run.path, engine, STOP_GRACE_S);
    return { kind: 'docker', kafka: [kafka], mongodb, pids: {}, stop };
  } catch (err) {
    // A container that is still on its way is waited for, but not by somebody who wants to end.
    await Promise.race([Promise.allSettled(starting), aborted.catch(() => undefined)]);
    await clearContainers(run.path, engine);
    signal.throwIfAborted();
    throw new StartError(
      `A Docker engine answers, but the stores did not come up in it (${reasonOf(err)}): CROSSDOCK_STACK=native does without.`,
      { logFile: join(run.path, 'logs', 'kafka.log'), cause: err },
    );
  }
}

async function startKafka(options: StoreOptions, engine: Engine): Promise<string> {
  const port = options.ports?.kafka ?? (await freePort());
  const broker = `${engine.host}:${port}`;
  await container('kafka', '/var/lib/kafka/data', { container: KAFKA_PORT, host: port }, options, engine)
    .withEnvironment(
      variablesOf({
        'process.roles': 'broker,controller',
        'node.id': '1',
        'controller.quorum.voters': '1@localhost:9093',
        'controller.listener.names': 'CONTROLLER',
        'inter.broker.listener.name': 'INSIDE',
        listeners: `INSIDE://localhost:9092,CONTROLLER://localhost:9093,PUBLISHED://:${KAFKA_PORT}`,
        'advertised.listeners': `INSIDE://localhost:9092,PUBLISHED://${broker}`,
        'listener.security.protocol.map': 'INSIDE:PLAINTEXT,CONTROLLER:PLAINTEXT,PUBLISHED:PLAINTEXT',
        'log.dirs': '/var/lib/kafka/data',
        ...LONE_BROKER,
      }),
    )
    .withWaitStrategy(engine.testcontainers.Wait.forLogMessage(/Kafka Server started/))
    .start();
  await until(() => answersNow(broker), { timeoutMs: START_LIMIT_MS, everyMs: 100, what: 'an answer of Kafka' });
  return broker;
}

/** `a.b` becomes KAFKA_A_B, as the image reads it. */
const variablesOf = (properties: Record<string, string>): Record<string, string> => ({
  KAFKA_HEAP_OPTS: '-Xmx512m',
  ...Object.fromEntries(
    Object.entries(properties).map(([name, value]) => [`KAFKA_${name.toUpperCase().replaceAll('.', '_')}`, value]),
  ),
});

async function startMongodb(options: StoreOptions, engine: Engine): Promise<string> {
  const port = options.ports?.mongodb ?? (await freePort());
  await container('mongodb', '/data/db', { container: MONGODB_PORT, host: port }, options, engine)
    .withCommand(['mongod', '--replSet', REPLICA_SET, '--bind_ip_all', '--wiredTigerCacheSizeGB', '0.5'])
    .withWaitStrategy(engine.testcontainers.Wait.forLogMessage(/Waiting for connections/))
    .start();
  const address = `${engine.host}:${port}`;
  await formReplicaSet(address, options.signal, `127.0.0.1:${MONGODB_PORT}`);
  // Direct: the set knows its member by an address inside the container.
  return `mongodb://${address}/?replicaSet=${REPLICA_SET}&directConnection=true`;
}

function container(
  store: keyof typeof IMAGES,
  data: string,
  port: { container: number; host: number },
  { run, volumes }: StoreOptions,
  engine: Engine,
): GenericContainer {
  const logFile = createWriteStream(join(run.path, 'logs', `${store}.log`));
  const described = containerOf(run.path, IMAGES[store], engine)
    .withExposedPorts(port)
    .withStartupTimeout(START_LIMIT_MS)
    .withLogConsumer((stream) => stream.pipe(logFile));
  return volumes === undefined
    ? described
    : described.withBindMounts([{ source: volumeOf(run.path, store), target: data }]);
}
