import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
const AGAIN_MS = 100;

/** Dispatchers in processes of their own; one that ends, however it does, is started again. */
export function dispatcherProcesses(environment: Record<string, string>, count: number) {
  const env = { PATH: process.env['PATH'], ...environment, LOG_LEVEL: 'silent' };
  const children: ChildProcess[] = [];
  let stopping = false;
  let kills = 0;

  function start(place: number): void {
    const child = spawn(process.execPath, [MAIN], { env, stdio: 'ignore' });
    children[place] = child;
    child.once('exit', () => setTimeout(() => stopping || start(place), AGAIN_MS));
  }
  for (let place = 0; place < count; place += 1) start(place);

  return {
    kills: () => kills,
    /** Of the first. */
    pid: (): number => children[0]!.pid!,
    /** SIGKILL; resolves when it is gone. */
    async killOne(): Promise<void> {
      const child = children[Math.floor(Math.random() * count)]!;
      if (child.exitCode !== null || child.signalCode !== null) return;
      kills += 1;
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
    async stop(): Promise<void> {
      stopping = true;
      const living = children.filter(({ exitCode, signalCode }) => exitCode === null && signalCode === null);
      const ended = living.map((child) => once(child, 'exit'));
      for (const child of living) child.kill('SIGTERM');
      await Promise.all(ended);
    },
  };
}

export type DispatcherProcesses = ReturnType<typeof dispatcherProcesses>;
