import { currentTrace, openSpan, PlatformError, type Clock } from '@crossdock/kernel';
import type { CallGate, CallOutcome } from '@crossdock/platforms';
import type { SyncMeter } from '../app/metrics.ts';
import type { SyncTask } from '../domain/sync-task.ts';
import { priorityOf } from './call-budget-queue.ts';
import type { AppCalls } from './call-budgets.ts';
import type { CallReports } from './call-reports.ts';

export interface CallGateDeps {
  reports: CallReports;
  meter: SyncMeter;
  clock: Clock;
}

/** Every platform call of one page waits here for its turn, and what it came to is told from here; `expired` when the credential was refused. */
export function callGate(
  { reports, meter, clock }: CallGateDeps,
  { tenant, connectorId, platform, syncType }: SyncTask,
  calls: AppCalls,
  credentialVersion: number,
  expired: () => void,
): CallGate {
  const priority = priorityOf(syncType);
  let closed: PlatformError | undefined;

  function span(outcome: CallOutcome): void {
    openSpan({
      name: `call ${platform}`,
      kind: 'client',
      parent: currentTrace()?.traceparent ?? null,
      startedAt: new Date(clock().getTime() - outcome.durationMs),
    }).end(outcome.ok ? {} : { failure: outcome.failure });
  }

  return {
    async take(signal) {
      // One refusal says it for all calls of the page.
      if (closed !== undefined) throw closed;
      await calls.take(priority, signal);
    },
    done(outcome) {
      calls.done(outcome);
      if (!outcome.ok && outcome.failure === 'SHOP_CLOSED')
        closed = new PlatformError('SHOP_CLOSED', outcome.message, outcome);
      if (!outcome.ok && outcome.failure === 'AUTH_EXPIRED') expired();
      // Stopped by us: that says nothing of the platform.
      if (!outcome.ok && outcome.code === 'ABORTED') return;
      meter.called(platform, outcome.ok ? 'ok' : outcome.failure);
      span(outcome);
      reports.add(tenant, connectorId, {
        at: clock(),
        credentialVersion,
        outcome: outcome.ok ? 'ok' : outcome.failure,
        message: outcome.ok ? '' : outcome.message,
        code: outcome.ok ? undefined : outcome.code,
        durationMs: Math.round(outcome.durationMs),
      });
    },
  };
}
