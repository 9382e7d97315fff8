import { expect, test } from '@jest/globals';
import { createLogger } from '@crossdock/runtime';
import type { TaskClaimStore } from '../store/task-claims.ts';
import { holdOn } from './hold.ts';

test('a task that is released asks the platform for nothing more, pages read ahead included', () => {
  const held = holdOn(
    { id: 't', claimId: 'c', fence: 1, inPage: false },
    {
      claims: {} as TaskClaimStore,
      leaving: new AbortController().signal,
      clock: () => new Date(),
      log: createLogger('test', 'silent'),
    },
  );
  expect(held.signal.aborted).toBe(false);
  held.release();
  expect(held.signal.aborted).toBe(true);
});
