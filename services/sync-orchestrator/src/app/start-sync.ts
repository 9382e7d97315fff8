import { invalidField } from '@crossdock/kernel';
import { kindOf, type Mode } from '../domain/kind.ts';
import { beginTask, syncable, type BeginTaskDeps, type Begun, type TaskRequest } from './begin-task.ts';

export interface StartSync extends TaskRequest {
  mode: string;
  since: Date | null;
}

const isMode = (mode: string): mode is Mode => mode === 'full' || mode === 'incremental';

/** A walk over the platform's list. */
export function startSync(deps: BeginTaskDeps) {
  return async (request: StartSync): Promise<Begun> => {
    const connector = await syncable(deps, request);
    const { mode, since } = request;
    if (!isMode(mode)) throw invalidField('mode', '同步模式必须是 full 或 incremental');
    if (since !== null && mode === 'full') throw invalidField('since', '起始时间仅增量模式有效');
    if (since !== null && since > deps.clock()) throw invalidField('since', '起始时间不能晚于当前时间');
    return beginTask(deps, connector, request, { kind: kindOf(mode, since), mode, since, trigger: 'manual' });
  };
}
