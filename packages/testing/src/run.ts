import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { claimDirectory, openStores, ROOT, StartError, type Stores } from '@crossdock/stack';
import { STORE_PIDS_VARIABLE } from './names.ts';
import type { Counts } from './reporter.ts';
import { clearAbandoned, clearRun, RUN_VARIABLE, RUNS } from './runs.ts';

const JEST = fileURLToPath(import.meta.resolve('jest/bin/jest'));
const NODE_FLAGS = [
  '--experimental-vm-modules',
  '--disable-warning=ExperimentalWarning',
  '--disable-warning=TimeoutNegativeWarning',
];

/** The tests on stores of their own, which end with them however they end; the count is the last line. */
async function main(args: string[]): Promise<number> {
  const ended = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => ended.abort());
  process.once('disconnect', () => ended.abort());

  mkdirSync(RUNS, { recursive: true });
  await clearAbandoned();
  const run = await claimDirectory(join(RUNS, String(process.pid)), import.meta.filename);
  let stores: Stores | undefined;
  try {
    stores = await openStores({
      run,
      cache: join(ROOT, '.crossdock', 'cache'),
      env: process.env,
      log: console.log,
      signal: ended.signal,
    });
    console.log(`Kafka ${stores.kafka.join(',')} and MongoDB are up (${stores.kind}).`);
    const { kafka, mongodb } = stores.pids;
    const stackEnv = {
      KAFKA_BROKERS: stores.kafka.join(','),
      MONGODB_URI: stores.mongodb,
      [RUN_VARIABLE]: run.path,
      ...(kafka !== undefined && mongodb !== undefined && { [STORE_PIDS_VARIABLE]: `${kafka},${mongodb}` }),
    };
    const { counts, code } = await jest(args, { ...process.env, ...stackEnv }, ended.signal);
    console.log(`\n${counts.passed} passed, ${counts.failed} failed`);
    return code;
  } catch (err) {
    if (!(err instanceof StartError)) throw err;
    console.log(`${err.message}${err.logFile === undefined ? '' : ` See ${err.logFile}.`}\n\n0 passed, 1 failed`);
    return 1;
  } finally {
    await stores?.stop();
    await clearRun(run.path);
    rmSync(run.path, { recursive: true, force: true });
  }
}

async function jest(
  args: string[],
  env: NodeJS.ProcessEnv,
  signal: AbortSignal,
): Promise<{ counts: Counts; code: number }> {
  const child = fork(JEST, ['-c', 'packages/testing/jest.config.mjs', ...args], {
    cwd: ROOT,
    execArgv: NODE_FLAGS,
    env,
  });
  let counts: Counts = { passed: 0, failed: 1 };
  child.on('message', (message) => (counts = message as Counts));
  signal.addEventListener('abort', () => child.kill('SIGKILL'));
  const [status] = (await once(child, 'exit')) as [number | null];
  return { counts, code: counts.failed > 0 ? 1 : (status ?? 1) };
}

// By force: the channel to the process that started this one would keep it alive.
process.exit(await main(process.argv.slice(2)));
