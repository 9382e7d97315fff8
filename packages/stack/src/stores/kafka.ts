import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Kafka, logLevel } from 'kafkajs';
import { type Child, spawnChild } from '../processes.ts';
import type { RunDirectory } from '../run-directory.ts';
import { StartError } from '../start-error.ts';
import { until } from '../until.ts';
import { outputOf, type Surroundings } from './commands.ts';
import { LONE_BROKER } from './lone-broker.ts';

const STOP_GRACE_MS = 8_000;
const START_LIMIT_MS = 60_000;
/** It lives for minutes beside all that use it: what it compiles thoroughly it never earns back. */
const SHORT_LIVED = ['-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC'];

export interface KafkaOptions {
  java: string;
  jars: string;
  dataDir: string;
  logFile: string;
  port: number;
  controllerPort: number;
  run: RunDirectory;
  around: Surroundings;
}

export interface KafkaBroker {
  broker: string;
  pid: number;
  stop(): Promise<void>;
}

/** One broker and controller in one process, answering when this resolves. */
export async function startKafka(options: KafkaOptions): Promise<KafkaBroker> {
  const { java, jars, dataDir, logFile, port, run, around } = options;
  await mkdir(dataDir, { recursive: true });
  const properties = join(dataDir, 'server.properties');
  await writeFile(properties, propertiesOf(options));
  const classpath = ['-cp', `${jars}/*`];
  if (!existsSync(join(dataDir, 'log', 'meta.properties'))) {
    await outputOf(
      java,
      [...classpath, 'kafka.tools.StorageTool', 'format', '-t', clusterId(), '-c', properties],
      around,
    );
  }
  const child = await spawnChild({
    command: java,
    args: [
      '-Xmx512m',
      ...SHORT_LIVED,
      '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn',
      ...classpath,
      'kafka.Kafka',
      properties,
    ],
    env: around.env,
    cwd: dataDir,
    logFile,
  });
  run.add(child.pid, properties);
  const stop = async () => {
    await child.stop(STOP_GRACE_MS);
    run.remove(child.pid);
  };
  const broker = `127.0.0.1:${port}`;
  try {
    await answering(broker, child, logFile, around.signal);
  } catch (err) {
    await stop();
    throw err;
  }
  return { broker, pid: child.pid, stop };
}

async function answering(broker: string, child: Child, logFile: string, signal: AbortSignal): Promise<void> {
  let ended = false;
  void child.exited.finally(() => (ended = true));
  const failed = (what: string) => new StartError(`Kafka ${what}.`, { logFile });
  const answers = async () => ended || (await answersNow(broker));
  await until(answers, { timeoutMs: START_LIMIT_MS, everyMs: 100, signal }).catch((err: unknown) => {
    signal.throwIfAborted();
    throw failed(`did not answer within ${START_LIMIT_MS / 1000} s (${String(err)})`);
  });
  if (ended) throw failed('ended while it started');
}

/** Whether a broker that takes topics is there. */
export async function answersNow(broker: string): Promise<boolean> {
  const admin = new Kafka({
    brokers: [broker],
    logLevel: logLevel.NOTHING,
    connectionTimeout: 1_000,
    retry: { retries: 0 },
  }).admin();
  try {
    await admin.connect();
    return (await admin.describeCluster()).brokers.length > 0;
  } catch {
    return false;
  } finally {
    await admin.disconnect();
  }
}

/** A Kafka uuid; the first letter fixed, since a leading dash would read as an option. */
const clusterId = (): string => `c${randomBytes(16).toString('base64url').slice(1)}`;

const propertiesOf = ({ port, controllerPort, dataDir }: KafkaOptions): string =>
  Object.entries({
    'process.roles': 'broker,controller',
    'node.id': '1',
    'controller.quorum.voters': `1@127.0.0.1:${controllerPort}`,
    'controller.listener.names': 'CONTROLLER',
    listeners: `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${port}`,
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'log.dirs': join(dataDir, 'log'),
    ...LONE_BROKER,
  })
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
