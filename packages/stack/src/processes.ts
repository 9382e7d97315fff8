import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { sleep } from '@crossdock/kernel';

export interface ChildOptions {
  command: string;
  args: string[];
  env: NodeJS.ProcessEnv;
  cwd: string;
  /** Standard output and error go there, behind what it holds. */
  logFile: string;
}

export interface Exit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

export interface Child {
  pid: number;
  exited: Promise<Exit>;
  /** SIGTERM, and SIGKILL after the grace time; resolves when it is gone. */
  stop(graceMs: number): Promise<void>;
}

/** A child in a process group of its own: a Ctrl-C at the terminal reaches the launcher alone, which ends things in order. */
export async function spawnChild({ command, args, env, cwd, logFile }: ChildOptions): Promise<Child> {
  mkdirSync(dirname(logFile), { recursive: true });
  const log = openSync(logFile, 'a');
  const child = spawn(command, args, { cwd, env, detached: true, stdio: ['ignore', log, log] });
  const exited = once(child, 'exit').then(([code, signal]): Exit => ({ code, signal }));
  exited.catch(() => undefined);
  try {
    await once(child, 'spawn');
  } finally {
    closeSync(log);
  }
  const pid = child.pid as number;
  return { pid, exited, stop: (graceMs) => endGroup(pid, graceMs, exited) };
}

async function endGroup(pid: number, graceMs: number, exited: Promise<unknown>): Promise<void> {
  signalGroup(pid, 'SIGTERM');
  const inTime = new AbortController();
  await Promise.race([exited, sleep(graceMs, inTime.signal)]);
  inTime.abort();
  signalGroup(pid, 'SIGKILL');
  await exited;
}

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch (err) {
    if ((err as NodeJS.ErrnoException).code !== 'ESRCH') throw err;
  }
}

/** The command line of a living process, or null. Needs /proc: elsewhere nothing is known about foreign processes. */
export function commandLineOf(pid: number): string | null {
  try {
    const text = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
    return text === '' ? null : text.replaceAll('\0', ' ');
  } catch {
    return null;
  }
}

/** Ends a process that an earlier run left behind, when its command line still says that it is the one meant. */
export async function endLeftover(pid: number, marker: string, graceMs = 10_000): Promise<boolean> {
  const isThere = () => commandLineOf(pid)?.includes(marker) ?? false;
  if (!isThere()) return false;
  const deadline = Date.now() + graceMs;
  signal(pid, 'SIGTERM');
  while (isThere()) {
    if (Date.now() > deadline) signal(pid, 'SIGKILL');
    await sleep(50);
  }
  return true;
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (err) {
    if ((err as NodeJS.ErrnoException).code !== 'ESRCH') throw err;
  }
}
