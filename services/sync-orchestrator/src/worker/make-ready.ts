import type { PlatformAdapter } from '@crossdock/platforms';
import type { Claimed } from '../store/task-claims.ts';
import type { AppCalls } from './call-budgets.ts';
import type { Credential } from './credentials.ts';

/**
 * While a task is being fenced, what its first calls will wait for is asked for: the credential, then slots of the call
 * budget. Not when somebody held it before, or ordered its end.
 */
export function makeReady(
  callsOf: (platform: string, appKey: string) => AppCalls,
  { appKeyOf }: PlatformAdapter,
  { task }: Claimed,
  credential: Credential,
): void {
  if (task.start !== null || task.mark !== null) return;
  credential().then(
    ({ state, config }) => state === 'ok' && callsOf(task.platform, appKeyOf(config)).expect(),
    // Whoever needs it asks again.
    () => undefined,
  );
}
