import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

export interface BareProcess {
  pid: number;
  port: number;
  stop(): Promise<void>;
}

/** A part of a bare loop in a process of its own, so that its CPU can be told from ours; it says its port when it listens. */
export async function startBare(name: string, args: string[]): Promise<BareProcess> {
  const child = fork(fileURLToPath(new URL(`../baseline/${name}.ts`, import.meta.url)), args);
  const exited = once(child, 'exit');
  const died = exited.then(([code]) => {
    throw new Error(`baseline/${name}.ts ${args[0]} ended with code ${String(code)}`);
  });
  died.catch(() => undefined);
  const [{ port }] = (await Promise.race([once(child, 'message'), died])) as [{ port: number }];
  return {
    pid: child.pid!,
    port,
    async stop() {
      child.kill();
      await exited;
    },
  };
}
