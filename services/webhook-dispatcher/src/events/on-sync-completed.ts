import { onBatch, type Handler } from '@crossdock/bus';
import { syncCompleted } from '@crossdock/contracts';
import { webhookOfSync } from '../app/webhook-of.ts';
import type { Intake } from '../delivery/intake.ts';

/** Effects once: a second record of the event finds its deliveries stored. */
export const onSyncCompleted = (deliver: Intake): Handler =>
  onBatch(syncCompleted, (events) => deliver(events.flatMap((event) => webhookOfSync(event) ?? [])));
