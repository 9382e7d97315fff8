import { outOfTrace, sleep } from '@crossdock/kernel';

const MOST = 500;
const RETRY_MS = 500;

export interface Batches<T> {
  /** Tried again until it succeeds. */
  write: (batch: T[]) => Promise<void>;
  /** It is on its way: the first try has reached the store, or fails. */
  onSent?: (batch: T[]) => void;
  onWritten: (batch: T[]) => void;
  onFailure: (err: unknown, count: number) => void;
  /** The first of a batch waits so long for others, unless so many have come. */
  gatherMs?: number;
  enough?: number;
}

/** Writes what is added in batches, one after the other: what comes in while one is being written makes the next. */
export function inBatches<T>({ write, onSent, onWritten, onFailure, gatherMs = 0, enough = 1 }: Batches<T>) {
  const waiting: T[] = [];
  let working: Promise<void> | undefined;
  let gathering: AbortController | undefined;

  function add(items: T[]): void {
    waiting.push(...items);
    if (waiting.length >= enough) gathering?.abort();
    working ??= outOfTrace(drain);
  }

  async function gather(): Promise<void> {
    if (waiting.length >= enough) return;
    gathering = new AbortController();
    await sleep(gatherMs, gathering.signal);
    gathering = undefined;
  }

  async function drain(): Promise<void> {
    // What comes in one turn of the loop shares a batch.
    await new Promise(setImmediate);
    while (waiting.length > 0) {
      await gather();
      const batch = waiting.splice(0, MOST);
      // Commands leave in the turn that they are made in.
      if (onSent !== undefined) setImmediate(onSent, batch);
      await persist(batch);
      onWritten(batch);
    }
    // In the same turn as the look at `waiting`: what comes in after it begins anew.
    working = undefined;
  }

  async function persist(batch: T[]): Promise<void> {
    for (;;) {
      try {
        return await write(batch);
      } catch (err) {
        onFailure(err, batch.length);
        await sleep(RETRY_MS);
      }
    }
  }

  return {
    add,
    idle: async (): Promise<void> => {
      while (working !== undefined) await working;
    },
  };
}
