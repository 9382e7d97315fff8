import { sleep } from '@crossdock/kernel';
import { freePorts } from '@crossdock/stack';
import { until } from '@crossdock/stack/until';
import type { TestStack } from '../start-stack.ts';

/** Orchestrators in processes of their own, each killed at a random moment of its life and started again. */
export interface Herd {
  kills(): number;
  /** Starts those that died once more and lets all live. */
  spare(): Promise<void>;
}

const LONGEST_LIFE_MS = 4_000;
const READY_LIMIT_MS = 60_000;

/** `isBusy`: whether a death now is one in the middle of something; nobody dies before. */
export function herdOf(stack: TestStack, { count, isBusy }: { count: number; isBusy: () => Promise<boolean> }): Herd {
  const sparing = new AbortController();
  let kills = 0;

  async function serves(ops: string): Promise<boolean> {
    return (await fetch(`${ops}/readyz`)).status === 200;
  }

  /** Lives for a while once it serves; false when it is to be spared. */
  async function doomed(ops: string): Promise<boolean> {
    await until(() => serves(ops), { timeoutMs: READY_LIMIT_MS, what: 'an orchestrator' });
    await sleep(Math.random() * LONGEST_LIFE_MS, sparing.signal);
    while (!sparing.signal.aborted && !(await isBusy())) await sleep(100, sparing.signal);
    return !sparing.signal.aborted;
  }

  /** The one that the others call: whoever started it starts it again. */
  async function first(): Promise<void> {
    while (await doomed(stack.ops('sync-orchestrator'))) {
      const pid = stack.pid('sync-orchestrator');
      stack.kill('sync-orchestrator');
      kills += 1;
      await until(() => stack.pid('sync-orchestrator') !== pid, { what: 'its successor' });
    }
  }

  async function other(): Promise<void> {
    const { orchestrator } = await freePorts();
    const variables = { GRPC_PORT: String(orchestrator), OPS_PORT: String(orchestrator + 100) };
    for (;;) {
      const child = await stack.another('sync-orchestrator', variables);
      if (!(await doomed(`http://127.0.0.1:${orchestrator + 100}`))) return;
      process.kill(child.pid, 'SIGKILL');
      kills += 1;
      await child.exited;
    }
  }

  const lives = Promise.all([first(), ...Array.from({ length: count - 1 }, other)]);
  lives.catch(() => undefined);
  return {
    kills: () => kills,
    async spare() {
      sparing.abort();
      await lives;
    },
  };
}
