import { randomUUID, randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import {
  claimDirectory,
  freePorts,
  ROOT,
  serviceSpecs,
  spawnChild,
  startProduct,
  withCompileCache,
  type Child,
  type Product,
  type ServiceName,
} from '@crossdock/stack';
import { stores, testNames } from './names.ts';
import { RUN_VARIABLE, RUNS } from './runs.ts';

export interface StackOptions {
  /** Free ones unless named. */
  ports?: Awaited<ReturnType<typeof freePorts>>;
  /** Reaches every service. */
  env?: NodeJS.ProcessEnv;
  /** Programs that start a service: `node WORDS… ENTRY`. */
  through?: Partial<Record<ServiceName, string[]>>;
  longestRestartMs?: number;
}

export interface TestStack extends AsyncDisposable {
  gateway: string;
  sandbox: string;
  control: string;
  topicPrefix: string;
  databaseOf(name: ServiceName): string;
  pid(name: ServiceName): number;
  /** `http://…` with /livez, /readyz and /metrics. */
  ops(name: ServiceName): string;
  logFile(name: ServiceName): string;
  /** Kills a service the hard way; the supervisor starts it again. */
  kill(name: ServiceName, signal?: NodeJS.Signals): void;
  /** Another process of a service beside the one the others call, with some variables of its own; nobody starts it again. */
  another(name: ServiceName, variables?: NodeJS.ProcessEnv): Promise<Child>;
  stop(): Promise<void>;
}

const STOP_GRACE_MS = 12_000;

/**
 * The whole product in processes of its own, on free ports and names nobody else uses, with the demo accounts:
 * `await using stack = await startStack()`. Webhooks may go to any port of 127.0.0.1.
 */
export async function startStack({ env = {}, ports, ...options }: StackOptions = {}): Promise<TestStack> {
  const { database, topicPrefix } = testNames();
  const databasePrefix = `${database}-`;
  const script = basename(process.argv[1] ?? '');
  const run = await claimDirectory(join(process.env[RUN_VARIABLE] ?? RUNS, `stack-${randomUUID()}`), script);
  const setting = {
    ports: ports ?? (await freePorts()),
    ...stores(),
    databasePrefix,
    topicPrefix,
    sandboxData: join(run.path, 'sandbox'),
    keyEncryptionKeys: `k1:${randomBytes(32).toString('base64')}`,
    env: { ...process.env, WEBHOOK_ALLOW: '127.0.0.0/8', ...env },
  };
  const product: Product = await startProduct({
    ...options,
    setting,
    run,
    log: () => undefined,
    signal: new AbortController().signal,
  });
  const pid = (name: ServiceName) => product.services()[name].pid;

  const others = new Set<Child>();
  let started = 0;

  async function another(name: ServiceName, variables: NodeJS.ProcessEnv = {}): Promise<Child> {
    const { entry, env: own } = serviceSpecs(setting)[name];
    const child = await spawnChild({
      command: process.execPath,
      args: [entry],
      env: withCompileCache({ ...own, GRPC_PORT: '0', OPS_PORT: '0', ...variables }),
      cwd: ROOT,
      logFile: join(run.path, 'logs', `${name}-${++started}.log`),
    });
    run.add(child.pid, entry);
    others.add(child);
    void child.exited.then(() => {
      run.remove(child.pid);
      others.delete(child);
    });
    return child;
  }

  async function stop(): Promise<void> {
    await Promise.all([product.stop(), ...[...others].map((child) => child.stop(STOP_GRACE_MS))]);
    run.release();
    rmSync(run.path, { recursive: true, force: true });
  }

  return {
    gateway: product.gateway,
    sandbox: product.sandbox,
    control: product.control,
    topicPrefix,
    databaseOf: (name) => `${databasePrefix}${name}`,
    pid,
    ops: (name) => product.services()[name].ops,
    logFile: product.logFile,
    kill: (name, signal = 'SIGKILL') => void process.kill(pid(name), signal),
    another,
    stop,
    [Symbol.asyncDispose]: stop,
  };
}
