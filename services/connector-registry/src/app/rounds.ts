import { type Logger, type Part, sleep } from '@crossdock/kernel';

export interface Rounds {
  name: string;
  everyMs: number;
  /** Ends early when the signal aborts. */
  round: (signal: AbortSignal) => Promise<unknown>;
  log: Logger;
}

/** Work that nobody asks for, again and again with a pause between; a round that fails is only logged. */
export function rounds({ name, everyMs, round, log }: Rounds): Part {
  const stopping = new AbortController();
  let running: Promise<void> | undefined;

  async function run(): Promise<void> {
    for (;;) {
      await sleep(everyMs, stopping.signal);
      if (stopping.signal.aborted) return;
      await round(stopping.signal).catch((err: unknown) => {
        if (!stopping.signal.aborted) log.warn({ err, round: name }, 'a round failed; the next one tries again');
      });
    }
  }

  return {
    name,
    async start() {
      running = run();
    },
    async stop() {
      stopping.abort();
      await running;
    },
  };
}
