import { setTimeout as sleep } from 'node:timers/promises';
import type { Child, Exit } from './processes.ts';

const BACKOFF_FIRST_MS = 200;
const BACKOFF_LONGEST_MS = 5_000;
/** Who ran this long had begun well: the backoff starts over. */
const STEADY_MS = 10_000;

export interface Supervised {
  /** The process as it is now, or the last one while the next is about to start. */
  pid(): number;
  /** How often it ended by itself, not by a signal. */
  failures(): number;
  /** Ends it for good. */
  stop(graceMs: number): Promise<void>;
}

export interface Supervision {
  start: () => Promise<Child>;
  /** A new process is there. */
  onStart: (pid: number) => void;
  /** It ended without being told to; a new one starts after `delayMs`. */
  onEnd: (pid: number, exit: Exit, delayMs: number) => void;
  /** No wait before the next one is longer; 5 s when not said. */
  longestBackoffMs?: number;
}

/** Keeps a process alive: whenever it ends, another one starts, after 0.2 s doubling to 5 s. */
export async function supervise({
  start,
  onStart,
  onEnd,
  longestBackoffMs = BACKOFF_LONGEST_MS,
}: Supervision): Promise<Supervised> {
  const stopping = new AbortController();
  let child: Child;
  let failures = 0;

  async function begin(): Promise<Child> {
    child = await start();
    onStart(child.pid);
    return child;
  }

  async function keep(first: Child): Promise<void> {
    let current = first;
    let backoff = BACKOFF_FIRST_MS;
    for (;;) {
      const since = Date.now();
      const exit = await current.exited;
      if (stopping.signal.aborted) return;
      if (exit.signal === null) failures += 1;
      if (Date.now() - since > STEADY_MS) backoff = BACKOFF_FIRST_MS;
      onEnd(current.pid, exit, backoff);
      await sleep(backoff, undefined, { signal: stopping.signal }).catch(() => undefined);
      if (stopping.signal.aborted) return;
      backoff = Math.min(backoff * 2, longestBackoffMs);
      current = await begin();
      if (stopping.signal.aborted) return current.stop(0);
    }
  }

  const kept = keep(await begin());
  return {
    pid: () => child.pid,
    failures: () => failures,
    async stop(graceMs) {
      stopping.abort();
      await child.stop(graceMs);
      await kept;
    },
  };
}
