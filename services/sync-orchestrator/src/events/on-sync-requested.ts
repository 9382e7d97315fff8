import { on, type Handler } from '@crossdock/bus';
import { syncRequested } from '@crossdock/contracts';
import type { Slots } from '../worker/slots.ts';

/** Only wakes: a free slot takes the task from the store, if nobody did; coming twice, or never, harms nothing (a sweep finds it). */
export const onSyncRequested = (slots: Slots): Handler =>
  on(syncRequested, async ({ data }) => slots.wake(data.task_id));
