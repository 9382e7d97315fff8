import type { WatchTaskResponse } from '@crossdock/contracts/grpc/sync-orchestrator';
import { sleep } from '@crossdock/kernel';
import { createEventBuffer } from 'better-sse';
import { must } from '../must.ts';
import { taskView } from './views.ts';

const HEARTBEAT_MS = 15_000;
/** How soon a client whose stream broke comes back. */
const RETRY_MS = 2_000;

export const isEnd = ({ task }: WatchTaskResponse): boolean => !['queued', 'running'].includes(must(task).status);

/** A live task is `progress`, an ended one is named after its status. The id names the state, for `Last-Event-ID`. */
function frameOf(state: WatchTaskResponse): string {
  const task = must(state.task);
  return createEventBuffer()
    .push(taskView(task), isEnd(state) ? task.status : 'progress', state.version)
    .read();
}

/** The text of the stream: each state that the client has not seen, and a comment when there is nothing else for long. */
export async function* frames(
  first: WatchTaskResponse,
  later: AsyncIterator<WatchTaskResponse>,
  seen: string,
  heartbeatMs = HEARTBEAT_MS,
): AsyncGenerator<string, void, undefined> {
  yield createEventBuffer().retry(RETRY_MS).dispatch().read();
  let told = seen;
  for await (const state of withPauses(first, later, heartbeatMs)) {
    if (state === null) yield createEventBuffer().comment('heartbeat').dispatch().read();
    else if (state.version !== told) yield frameOf(state);
    told = state?.version ?? told;
  }
}

/** Null whenever nothing came for so long. */
async function* withPauses<T>(first: T, later: AsyncIterator<T>, pauseMs: number): AsyncGenerator<T | null> {
  yield first;
  for (let next = later.next(); ;) {
    const rest = new AbortController();
    const came = await Promise.race([next, sleep(pauseMs, rest.signal).then(() => null)]);
    rest.abort();
    if (came?.done === true) return;
    yield came === null ? null : came.value;
    if (came !== null) next = later.next();
  }
}
