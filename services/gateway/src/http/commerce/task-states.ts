import type { WatchTaskResponse } from '@crossdock/contracts/grpc/sync-orchestrator';
import { isAppError, sleep } from '@crossdock/kernel';
import { isEnd } from './task-frames.ts';

const AGAIN_MS = 1_000;

/** The states of a task until it ended or the signal aborts, over whatever restarts behind the gateway once it was found. */
export async function* taskStates(
  watch: () => AsyncIterable<WatchTaskResponse>,
  signal: AbortSignal,
): AsyncGenerator<WatchTaskResponse, void, undefined> {
  let found = false;
  while (!signal.aborted) {
    try {
      for await (const state of watch()) {
        found = true;
        yield state;
        if (isEnd(state)) return;
      }
    } catch (err) {
      if (!found || !isAppError(err) || err.kind !== 'unavailable') throw err;
    }
    await sleep(AGAIN_MS, signal);
  }
}
