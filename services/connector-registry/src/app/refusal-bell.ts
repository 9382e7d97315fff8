import { sleep, type Logger, type Part } from '@crossdock/kernel';
import type { CallBudgetStore } from '../store/call-budgets.ts';

/** Tells whoever watches a budget that a call of it was refused, in this process or another. */
export interface RefusalBell extends Part {
  ring(id: string): void;
  /** Resolves when it rings, the signal aborts, or after some seconds. */
  wait(id: string, signal: AbortSignal): Promise<void>;
}

const LONGEST_WAIT_MS = 10_000;
const RETRY_MS = 1_000;

export function refusalBell(budgets: CallBudgetStore, log: Logger): RefusalBell {
  const listening = new Map<string, Set<AbortController>>();
  const stopping = new AbortController();
  let stream: { close(): Promise<void> } | undefined;

  function ring(id: string): void {
    for (const each of listening.get(id) ?? []) each.abort();
  }

  /** Without it, processes of other registries hear of a refusal with their next slice. */
  function listen(): void {
    if (stopping.signal.aborted) return;
    const opened = budgets.watchRefusals(ring, (err) => {
      log.warn({ err }, 'refusals are not heard of');
      void opened.close().catch(() => {});
      void sleep(RETRY_MS, stopping.signal).then(listen);
    });
    stream = opened;
  }

  return {
    name: 'refusals',
    ring,
    async wait(id, signal) {
      const heard = new AbortController();
      const waiting = listening.get(id) ?? new Set();
      listening.set(id, waiting.add(heard));
      await sleep(LONGEST_WAIT_MS, AbortSignal.any([heard.signal, signal, stopping.signal]));
      waiting.delete(heard);
      if (waiting.size === 0) listening.delete(id);
    },
    async start() {
      listen();
    },
    async stop() {
      stopping.abort();
      await stream?.close();
    },
  };
}
