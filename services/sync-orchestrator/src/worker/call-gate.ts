import { currentTrace, openSpan, type Clock } from '@crossdock/kernel';
import type { CallGate, CallOutcome } from '@crossdock/platforms';
import type { SyncMeter } from '../app/metrics.ts';
import type { SyncTask } from '../domain/sync-task.ts';
import { priorityOf } from './call-budget-queue.ts';
import type { AppCalls } from './call-budgets.ts';
import type { CallReports } from './call-reports.ts';
import type { ClosedShops } from './closed-shops.ts';

export interface CallGateDeps {
  reports: CallReports;
  shops: ClosedShops;
  meter: SyncMeter;
  clock: Clock;
}

/** Every platform call of one page waits here for its turn, and what it came to is told from here; `expired` when the credential was refused. */
export function callGate(
  { reports, shops, meter, clock }: CallGateDeps,
  { tenant, connectorId, platform, syncType }: SyncTask,
  calls: AppCalls,
  credentialVersion: number,
  expired: () => void,
): CallGate {
  const priority = priorityOf(syncType);

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
      shops.check(connectorId);
      await calls.take(priority, signal);
    },
    done(outcome) {
      calls.done(outcome);
      if (outcome.ok) shops.reopened(connectorId);
      else if (outcome.failure === 'SHOP_CLOSED') shops.met(connectorId);
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
