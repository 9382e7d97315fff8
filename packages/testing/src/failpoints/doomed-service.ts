import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { newId } from '@crossdock/kernel';
import { freePorts } from '@crossdock/stack';
import { until } from '@crossdock/stack/until';
import { ordersIn, type Death } from './orders.ts';

export interface DoomedService extends AsyncDisposable {
  /** Of the gRPC server, the same for every process that follows. */
  port: number;
  pid(): number;
  /** Orders it to die (or to stand still) at its n-th passing of a failpoint; answers how to wait for that. */
  order(place: {
    point: string;
    hit?: number;
    signal?: 'SIGKILL' | 'SIGSTOP';
  }): () => Promise<Pick<Death, 'pid' | 'at'>>;
  /** Sends the process of now a signal and waits for its end. */
  end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void>;
}

const MAIN = fileURLToPath(new URL('main.ts', import.meta.url));
const DEATH_LIMIT_MS = 120_000;
const AGAIN_MS = 100;

/** One service alone, in a process that dies where it is ordered to; the next one is started at once. */
export async function doomedService(entry: string, environment: Record<string, string>): Promise<DoomedService> {
  const home = mkdtempSync(join(tmpdir(), 'doomed-'));
  const orders = ordersIn(join(home, 'orders'));
  const { dispatcher: port } = await freePorts();
  const env = { PATH: process.env['PATH'], LOG_LEVEL: 'silent', ...environment, GRPC_PORT: String(port) };
  let child: ChildProcess;
  let stopping = false;

  function start(): void {
    child = spawn(process.execPath, [MAIN, orders.file, entry], { env, stdio: ['ignore', 'ignore', 'inherit'] });
    child.once('exit', () => setTimeout(() => stopping || start(), AGAIN_MS));
  }
  start();

  async function end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    const { exitCode, signalCode } = child;
    if (exitCode !== null || signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill(signal);
    await ended;
  }

  return {
    port,
    pid: () => child.pid as number,
    end,
    order({ point, hit = 1, signal = 'SIGKILL' }) {
      const id = newId();
      orders.give({ id, stands: [{ point, hit, count: 1 }], signal });
      return () => until(() => orders.deathOf(id), { timeoutMs: DEATH_LIMIT_MS, what: `a passing of ${point}` });
    },
    async [Symbol.asyncDispose]() {
      stopping = true;
      child.kill('SIGCONT');
      await end('SIGTERM');
      rmSync(home, { recursive: true, force: true });
    },
  };
}
