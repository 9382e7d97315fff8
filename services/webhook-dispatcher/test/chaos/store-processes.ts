import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, readlinkSync } from 'node:fs';
import { storePids, until } from '@crossdock/testing';

export type StoreName = 'kafka' | 'mongodb';

/** The stores of this run as processes that can be killed and started again on their data; null when they are not ours. */
export function storeProcesses() {
  const pids = storePids();
  if (pids === null) return null;
  const ours = new Map<StoreName, ChildProcess>();

  return {
    /** SIGKILL, then the same command once more: whoever talks to it finds out by itself. */
    async restart(name: StoreName): Promise<void> {
      const pid = ours.get(name)?.pid ?? pids[name];
      const [command = '', ...args] = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replace(/\0$/, '').split('\0');
      const cwd = readlinkSync(`/proc/${pid}/cwd`);
      process.kill(pid, 'SIGKILL');
      await until(() => isGone(pid), { what: `the end of ${name}` });
      ours.set(name, spawn(command, args, { cwd, stdio: 'ignore', detached: true }));
    },
    async stop(): Promise<void> {
      for (const child of ours.values()) {
        const ended = once(child, 'exit');
        child.kill('SIGTERM');
        await ended;
      }
    },
  };
}

function isGone(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return false;
  } catch {
    return true;
  }
}
