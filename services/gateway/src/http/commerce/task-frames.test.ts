import { expect, test } from '@jest/globals';
import type { Task, WatchTaskResponse } from '@crossdock/contracts/grpc/sync-orchestrator';
import { frames } from './task-frames.ts';

const state = (version: string, status: string): WatchTaskResponse => ({
  task: { id: 't', status, reason: '' } as Task,
  version,
});

test('a comment keeps a silent stream alive, and nothing is told twice', async () => {
  const spoke = Promise.withResolvers<WatchTaskResponse>();
  async function* later() {
    yield state('1', 'running');
    yield await spoke.promise;
  }
  const blocks: string[] = [];
  for await (const block of frames(state('1', 'running'), later(), '', 5)) {
    blocks.push(block);
    if (block.startsWith(':')) spoke.resolve(state('2', 'cancelled'));
  }
  const told = blocks.filter((block) => !block.startsWith(':')).map((block) => block.split('\n')[0]);
  expect(told).toEqual(['retry:2000', 'event:progress', 'event:cancelled']);
  expect(blocks).toContain(':heartbeat\n\n');
});
