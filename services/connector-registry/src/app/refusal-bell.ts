import { sleep, type Logger, type Part } from '@crossdock/kernel';
import type { CallBudgetStore } from '../store/call-budgets.ts';

/** Tells whoever watches a budget that a call of it was refused, in this process at once, in another within a tenth of a second. */
export interface RefusalBell extends Part {
  ring(id: string): void;
  /** Resolves when there are other refusals than the known ones, the signal aborts, or after some seconds. */
  wait(id: string, known: number, signal: AbortSignal): Promise<void>;
}

interface Listener {
  known: number;
  heard: AbortController;
}

const LONGEST_WAIT_MS = 10_000;
const LOOK_EVERY_MS = 100;

/** One read of all budgets that are watched, and none while none is: a change stream would read every write of everybody. */
export function refusalBell(budgets: CallBudgetStore, log: Logger): RefusalBell {
  const listening = new Map<string, Set<Listener>>();
  const stopping = new AbortController();
  let looking: Promise<void> | undefined;

  function ring(id: string): void {
    for (const { heard } of listening.get(id) ?? []) heard.abort();
  }

  const isListening = () => listening.size > 0 && !stopping.signal.aborted;

  function listen(): void {
    looking ??= look().finally(() => {
      looking = undefined;
      if (isListening()) listen();
    });
  }

  async function look(): Promise<void> {
    while (isListening()) {
      await sleep(LOOK_EVERY_MS, stopping.signal);
      try {
        const refusals = await budgets.refusalsOf([...listening.keys()]);
        for (const [id, count] of refusals)
          for (const { known, heard } of listening.get(id) ?? []) if (count !== known) heard.abort();
      } catch (err) {
        // Who is not told hears of a refusal with the next slice.
        log.warn({ err }, 'refusals are not heard of');
      }
    }
  }

  return {
    name: 'refusals',
    ring,
    async wait(id, known, signal) {
      const listener = { known, heard: new AbortController() };
      const waiting = listening.get(id) ?? new Set();
      listening.set(id, waiting.add(listener));
      listen();
      await sleep(LONGEST_WAIT_MS, AbortSignal.any([listener.heard.signal, signal, stopping.signal]));
      waiting.delete(listener);
      if (waiting.size === 0) listening.delete(id);
    },
    async start() {},
    async stop() {
      stopping.abort();
      await looking;
    },
  };
}
