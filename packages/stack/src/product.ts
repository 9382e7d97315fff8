import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ROOT } from './files.ts';
import { spawnChild } from './processes.ts';
import type { RunDirectory } from './run-directory.ts';
import { SERVICE_NAMES, serviceSpecs, type ServiceName, type ServiceSpec, type Setting } from './services.ts';
import { StartError } from './start-error.ts';
import { supervise, type Supervised } from './supervisor.ts';

const READY_LIMIT_MS = 60_000;
const STOP_GRACE_MS = 12_000;
/** A service that ends by itself this often before it was ready will not come up. */
const HOPELESS_AFTER = 3;

export interface ProductOptions {
  setting: Setting;
  run: RunDirectory;
  log: (sentence: string) => void;
  signal: AbortSignal;
  /** For tests that let services die: a program of theirs that starts the entry named behind its own words, and a limit of the wait before a restart. */
  through?: Partial<Record<ServiceName, string[]>>;
  longestRestartMs?: number;
  /** Processes came or went, after all had been ready once. */
  onChange?: (product: Product) => void;
}

export interface Product {
  gateway: string;
  sandbox: string;
  control: string;
  services(): Record<ServiceName, { pid: number; ops: string }>;
  logFile(name: ServiceName): string;
  stop(): Promise<void>;
}

/** Starts the six services and the sandbox side by side, and keeps each alive; all are ready when this resolves. */
export async function startProduct(options: ProductOptions): Promise<Product> {
  const { setting, run, log, signal, onChange, through = {}, longestRestartMs } = options;
  const specs = serviceSpecs(setting);
  const running = new Map<ServiceName, Supervised>();
  const logFile = (name: ServiceName) => join(run.path, 'logs', `${name}.log`);
  let up = false;

  const product: Product = {
    gateway: `http://127.0.0.1:${setting.ports.gateway}`,
    sandbox: `http://127.0.0.1:${setting.ports.sandbox}`,
    control: `http://127.0.0.1:${setting.ports.control}`,
    logFile,
    services() {
      const states = [...running].map(
        ([name, service]) => [name, { pid: service.pid(), ops: opsUrl(specs[name]) }] as const,
      );
      return Object.fromEntries(states) as ReturnType<Product['services']>;
    },
    async stop() {
      await Promise.all([...running.values()].map((service) => service.stop(STOP_GRACE_MS)));
    },
  };

  async function start(name: ServiceName): Promise<void> {
    const { entry, env } = specs[name];
    rmSync(logFile(name), { force: true });
    const service = await supervise({
      start: () =>
        spawnChild({
          command: process.execPath,
          args: [...(through[name] ?? []), entry],
          cwd: ROOT,
          env: withCompileCache(env),
          logFile: logFile(name),
        }),
      onStart(pid) {
        run.add(pid, entry);
        if (up) onChange?.(product);
      },
      onEnd(pid, exit, delayMs) {
        run.remove(pid);
        log(`${name} ended (${exit.signal ?? `code ${exit.code}`}); starting it again in ${delayMs / 1000} s.`);
      },
      ...(longestRestartMs !== undefined && { longestBackoffMs: longestRestartMs }),
    });
    running.set(name, service);
    await ready(name, specs[name], service, signal, logFile(name));
  }

  const starts = await Promise.allSettled(SERVICE_NAMES.map(start));
  const failed = starts.find((outcome) => outcome.status === 'rejected');
  if (failed !== undefined) {
    await product.stop();
    throw failed.reason;
  }
  up = true;
  onChange?.(product);
  return product;
}

const opsUrl = ({ opsPort }: ServiceSpec): string => `http://127.0.0.1:${opsPort}`;

/** What a service compiled once it need not compile again. */
export const withCompileCache = (env: NodeJS.ProcessEnv): NodeJS.ProcessEnv => ({
  NODE_COMPILE_CACHE: join(ROOT, '.crossdock', 'cache', 'compiled'),
  ...env,
});

async function ready(
  name: ServiceName,
  spec: ServiceSpec,
  service: Supervised,
  signal: AbortSignal,
  logFile: string,
): Promise<void> {
  const deadline = Date.now() + READY_LIMIT_MS;
  const fail = (what: string) => new StartError(`${name} ${what}.`, { logFile });
  for (;;) {
    const reason = await notReady(`${opsUrl(spec)}/readyz`);
    if (reason === null) return;
    signal.throwIfAborted();
    if (service.failures() >= HOPELESS_AFTER) throw fail(`ended ${HOPELESS_AFTER} times while it started`);
    if (Date.now() > deadline) throw fail(`was not ready within ${READY_LIMIT_MS / 1000} s (${reason})`);
    await sleep(50);
  }
}

/** Why it is not ready, or null. */
async function notReady(url: string): Promise<string | null> {
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(2_000) });
    if (answer.ok) return null;
    const { waiting } = (await answer.json()) as { waiting: Record<string, string> };
    return Object.entries(waiting)
      .filter(([, reason]) => reason !== 'not started')
      .map(([part, reason]) => `${part}: ${reason}`)
      .join('; ');
  } catch {
    return 'nothing answers yet';
  }
}
