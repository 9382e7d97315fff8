import { sleep, type Logger, type Part } from '@crossdock/kernel';
import { isLive, type SyncTask } from '../domain/sync-task.ts';
import type { ReadTasks } from './read-tasks.ts';

export interface WatchTasksDeps {
  get: ReadTasks['get'];
  /** States of many tasks in one read. */
  read(ids: string[]): Promise<SyncTask[]>;
  log: Logger;
}

export interface WatchTasks extends Part {
  /** The task as it stands, then as it is read again and again, until it ended or the signal aborts; a slow taker misses what lies between. */
  watch(
    tenant: string,
    connectorId: string,
    taskId: string,
    signal: AbortSignal,
  ): AsyncGenerator<SyncTask, void, undefined>;
}

interface Watcher {
  seen: PromiseWithResolvers<SyncTask>;
}

const EVERY_MS = 500;

/** One read each half second for all watched tasks of this process, and none while nobody watches. */
export function watchTasks({ get, read, log }: WatchTasksDeps): WatchTasks {
  const stopping = new AbortController();
  const watched = new Map<string, Set<Watcher>>();
  let reading: Promise<void> | undefined;

  async function readOn(): Promise<void> {
    for (;;) {
      await sleep(EVERY_MS, stopping.signal);
      if (watched.size === 0 || stopping.signal.aborted) {
        reading = undefined;
        return;
      }
      try {
        for (const task of await read([...watched.keys()])) {
          for (const watcher of watched.get(task.id) ?? []) watcher.seen.resolve(task);
        }
      } catch (err) {
        log.warn({ err }, 'cannot look at the watched tasks');
      }
    }
  }

  function add(taskId: string, watcher: Watcher): void {
    watched.set(taskId, (watched.get(taskId) ?? new Set()).add(watcher));
    reading ??= readOn();
  }

  function remove(taskId: string, watcher: Watcher): void {
    const others = watched.get(taskId);
    others?.delete(watcher);
    if (others?.size === 0) watched.delete(taskId);
  }

  async function* follow(first: SyncTask, signal: AbortSignal): AsyncGenerator<SyncTask, void, undefined> {
    const watcher: Watcher = { seen: Promise.withResolvers() };
    const left = Promise.withResolvers<null>();
    const leave = () => left.resolve(null);
    signal.addEventListener('abort', leave, { once: true });
    add(first.id, watcher);
    try {
      for (let task: SyncTask | null = first; task !== null;) {
        yield task;
        if (!isLive(task) || signal.aborted) return;
        task = await Promise.race([watcher.seen.promise, left.promise]);
        watcher.seen = Promise.withResolvers();
      }
    } finally {
      signal.removeEventListener('abort', leave);
      remove(first.id, watcher);
    }
  }

  return {
    name: 'watched tasks',
    async start() {},
    async stop() {
      stopping.abort();
      await reading;
    },
    async *watch(tenant, connectorId, taskId, signal) {
      const first = await get(tenant, connectorId, taskId);
      yield* follow(first, signal);
    },
  };
}
