import { onBatch, type Handler } from '@crossdock/bus';
import { connectorError } from '@crossdock/contracts';
import { webhookOfError } from '../app/webhook-of.ts';
import type { Intake } from '../delivery/intake.ts';

/** Effects once: a second record of the event finds its deliveries stored. */
export const onConnectorError = (deliver: Intake): Handler =>
  onBatch(connectorError, (events) => deliver(events.flatMap((event) => webhookOfError(event) ?? [])));
