import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { claimDirectory, freePorts, openStores, ROOT, SERVICE_NAMES, startProduct } from '@crossdock/stack';
import { until } from '@crossdock/stack/until';
import { request } from 'undici';
import { startBare } from '../bare-process.ts';
import type { Bench } from '../bench.ts';
import { measureCpu } from '../cpu.ts';
import { figure } from '../figure.ts';
import type { Lab } from '../lab.ts';
import { interleave } from '../rounds.ts';

const SERVICES = SERVICE_NAMES.filter((name) => name !== 'sandbox');
type Service = (typeof SERVICES)[number];

interface Start {
  seconds: number;
  cpuSeconds: number;
}

/** P19: stores with empty folders, each service alone while all else is up, and a second product that finds its databases and topics. */
export const start: Bench = {
  about: 'from a process to its readiness: stores, each service alone, the whole stack (P19)',
  env: {},
  async run(lab, { rounds, log }) {
    const keys = `bench:${randomBytes(32).toString('base64')}`;
    const samples = await interleave(
      {
        bare: () => startClient(lab),
        services: () => restartEach(lab),
        stack: () => startStack(lab, keys),
        stores: startStores,
      },
      rounds,
      log,
    );
    const each = (name: Service) => samples.services.map((starts) => starts[name]);
    const slowest = samples.services.map((starts) => Math.max(...SERVICES.map((name) => starts[name].seconds)));
    return [
      { title: 'Bare: node, a connection to MongoDB and one to Kafka', figures: [figure('ready', 's', samples.bare)] },
      {
        title: 'A service alone, to /readyz (P19)',
        figures: [
          ...SERVICES.map((name) => figure(name, 's', secondsOf(each(name)), { atMost: 1.2 })),
          figure(
            'the slowest, against the bare start',
            '×',
            slowest.map((seconds, n) => seconds / samples.bare[n]!),
          ),
          ...SERVICES.map((name) =>
            figure(
              `${name}, CPU`,
              's',
              each(name).map(({ cpuSeconds }) => cpuSeconds),
            ),
          ),
        ],
      },
      {
        title: 'Together (P19)',
        figures: [
          figure('whole stack, warm', 's', samples.stack, { atMost: 10 }),
          figure('stores, empty', 's', samples.stores, { atMost: 5 }),
        ],
      },
    ];
  },
};

const secondsOf = (starts: Start[]): number[] => starts.map(({ seconds }) => seconds);

async function timed<T>(work: () => Promise<T>): Promise<{ seconds: number; result: T }> {
  const begun = performance.now();
  const result = await work();
  return { seconds: (performance.now() - begun) / 1_000, result };
}

async function startClient({ mongodb, brokers }: Lab): Promise<number> {
  const { seconds, result } = await timed(() => startBare('start', [mongodb, brokers.join(',')]));
  await result.stop();
  return seconds;
}

async function restartEach(lab: Lab): Promise<Record<Service, Start>> {
  const starts: [Service, Start][] = [];
  for (const name of SERVICES) starts.push([name, await restart(lab, name)]);
  return Object.fromEntries(starts) as Record<Service, Start>;
}

/** Ends it; the next process is counted from its first moment, not from when the old one went. */
async function restart({ services }: Lab, name: Service): Promise<Start> {
  const { pid: old, ops } = services()[name];
  process.kill(old, 'SIGTERM');
  const next = () => services()[name].pid !== old;
  await until(next, { everyMs: 2, timeoutMs: 30_000, what: `a new process of ${name}` });
  const used = measureCpu({ service: services()[name].pid });
  const { seconds } = await timed(() =>
    until(() => isReady(ops), { everyMs: 10, timeoutMs: 60_000, what: `readiness of ${name}` }),
  );
  return { seconds, cpuSeconds: (used().service ?? 0) / 1e6 };
}

async function isReady(ops: string): Promise<boolean> {
  const { statusCode, body } = await request(`${ops}/readyz`);
  await body.dump();
  return statusCode === 200;
}

/** A folder of this run; what is left in it when this process is killed, the next run clears. */
async function inFolder<T>(
  name: string,
  use: (run: Awaited<ReturnType<typeof claimDirectory>>) => Promise<T>,
): Promise<T> {
  const run = await claimDirectory(join(ROOT, '.crossdock', 'bench', `${process.pid}-${name}`), process.argv[1]!);
  const answer = await use(run);
  rmSync(run.path, { recursive: true, force: true });
  return answer;
}

const startStack = ({ brokers, mongodb, prefix }: Lab, keyEncryptionKeys: string): Promise<number> =>
  inFolder('stack', async (run) => {
    const setting = {
      ports: await freePorts(),
      kafka: brokers,
      mongodb,
      databasePrefix: `${prefix}stack-`,
      topicPrefix: `${prefix}stack-`,
      sandboxData: join(run.path, 'data', 'sandbox'),
      keyEncryptionKeys,
      env: { ...process.env, LOG_LEVEL: 'warn' },
    };
    const { seconds, result } = await timed(() => startProduct({ setting, run, log: () => undefined, signal: never }));
    await result.stop();
    return seconds;
  });

/** Own ones, also where the bench works with given ones. */
const startStores = (): Promise<number> =>
  inFolder('stores', async (run) => {
    const { KAFKA_BROKERS: _kafka, MONGODB_URI: _mongo, CROSSDOCK_STACK: kind, ...rest } = process.env;
    const env = kind === undefined || kind === 'given' ? rest : { ...rest, CROSSDOCK_STACK: kind };
    const cache = join(ROOT, '.crossdock', 'cache');
    const { seconds, result } = await timed(() => openStores({ run, cache, env, log: () => undefined, signal: never }));
    await result.stop();
    return seconds;
  });

const never = new AbortController().signal;
