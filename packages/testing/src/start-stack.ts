import { randomUUID, randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { claimDirectory, freePorts, startProduct, type Product, type ServiceName } from '@crossdock/stack';
import { stores, testNames } from './names.ts';
import { RUN_VARIABLE, RUNS } from './runs.ts';

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
  stop(): Promise<void>;
}

/**
 * The whole product in processes of its own, on free ports and names nobody else uses, with the demo accounts:
 * `await using stack = await startStack()`. `env` reaches every service; webhooks may go to any port of 127.0.0.1.
 */
export async function startStack({ env = {} }: { env?: NodeJS.ProcessEnv } = {}): Promise<TestStack> {
  const { database, topicPrefix } = testNames();
  const databasePrefix = `${database}-`;
  const script = basename(process.argv[1] ?? '');
  const run = await claimDirectory(join(process.env[RUN_VARIABLE] ?? RUNS, `stack-${randomUUID()}`), script);
  const setting = {
    ports: await freePorts(),
    ...stores(),
    databasePrefix,
    topicPrefix,
    sandboxData: join(run.path, 'sandbox'),
    keyEncryptionKeys: `k1:${randomBytes(32).toString('base64')}`,
    env: { ...process.env, WEBHOOK_ALLOW: '127.0.0.0/8', ...env },
  };
  const product: Product = await startProduct({
    setting,
    run,
    log: () => undefined,
    signal: new AbortController().signal,
  });
  const pid = (name: ServiceName) => product.services()[name].pid;

  async function stop(): Promise<void> {
    await product.stop();
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
    stop,
    [Symbol.asyncDispose]: stop,
  };
}
