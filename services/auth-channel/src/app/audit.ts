import { auditRecorded, type Event } from '@crossdock/contracts';
import { currentTrace } from '@crossdock/kernel';

export const SOURCE = 'auth-channel';

/** What came to be, without any secret; an own start has no request. */
export function created(
  tenant: string,
  actor: string,
  action: string,
  target: string,
  after: unknown,
  at: Date,
): Event {
  const data = {
    actor,
    action,
    target,
    before: null,
    after,
    request_id: currentTrace()?.requestId ?? null,
    at: at.toISOString(),
  };
  return auditRecorded.create({ tenantId: tenant, source: SOURCE, time: at, data });
}
