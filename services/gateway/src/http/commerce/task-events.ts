import type { SyncServiceService, WatchTaskResponse } from '@crossdock/contracts/grpc/sync-orchestrator';
import type { Calls } from '@crossdock/rpc';
import { finished, Readable } from 'node:stream';
import { callerOf } from '../request.ts';
import type { Scope } from '../scope.ts';
import { openStreams } from '../open-streams.ts';
import { frames, isEnd } from './task-frames.ts';
import { taskParams } from './schemas.ts';
import { taskStates } from './task-states.ts';

/** Of one tenant, on one gateway. */
const LIMIT = 50;
/** Then the client comes back, with a token that is looked at again. */
const LIFE_MS = 15 * 60_000;

/** How a task goes on, as server-sent events. */
export function taskEventRoutes(scope: Scope, sync: Calls<SyncServiceService>): void {
  const streams = openStreams(LIMIT, LIFE_MS);
  scope.addHook('preClose', async () => streams.close());

  const url = '/connectors/:connector_id/sync/tasks/:task_id/events';
  scope.get(url, { config: { permission: 'sync:read' }, schema: { params: taskParams } }, async (req, reply) => {
    const caller = callerOf(req);
    const { signal, leave } = streams.enter(caller.tenant);
    finished(reply.raw, leave);
    const request = { connectorId: req.params.connector_id, taskId: req.params.task_id };
    const states = taskStates(() => sync.watchTask(request, { ...caller, signal }), signal);
    const seen = String(req.headers['last-event-id'] ?? '');
    const first = await firstOf(states);
    // Whoever saw the end comes back without knowing that it was one; no content tells it to stay away.
    if (first === null || (isEnd(first) && first.version === seen)) return reply.code(204).send();
    return reply
      .headers({ 'content-type': 'text/event-stream', 'cache-control': 'no-store', 'x-accel-buffering': 'no' })
      .send(Readable.from(frames(first, states, seen), { objectMode: false }));
  });
}

/** Null when the client left, or this gateway stops, before there was anything to say. */
async function firstOf(states: AsyncGenerator<WatchTaskResponse>): Promise<WatchTaskResponse | null> {
  const { value, done } = await states.next();
  return done === true ? null : value;
}
