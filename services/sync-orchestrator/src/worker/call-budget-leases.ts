import type { CallBudgetServiceService } from '@crossdock/contracts/grpc/connector-registry';
import { newId } from '@crossdock/kernel';
import type { RpcClient } from '@crossdock/rpc';
import type { BudgetKey, CallLeases } from './call-budget-lease.ts';

/** Late slices are of no use: then the safe share goes on. */
const LEASE_DEADLINE_MS = 1_500;
const WATCH_DEADLINE_MS = 15_000;

/** Call budgets of the connector-registry. */
export function callLeases({ call }: RpcClient<typeof CallBudgetServiceService>): CallLeases {
  const self = newId();
  const message = (budget: BudgetKey) => ({ ...budget, callClass: 'read' });
  const whole = (ms: number) => Math.max(0, Math.round(ms));
  return {
    async lease(budget, waiting, refusals) {
      const told = refusals.map((each) => ({
        calls: each.calls,
        sentMsAgo: whole(each.sentMsAgo),
        refusedMsAgo: whole(each.refusedMsAgo),
        retryAfterMs: each.retryAfterMs === undefined ? undefined : whole(each.retryAfterMs),
        withinMs: whole(each.withinMs),
      }));
      // Platforms behind one gateway draw on one budget, each for itself.
      const holder = `${self} ${budget.platform}`;
      const request = { budget: message(budget), holder, waiting, refusals: told };
      const { slices, ...leased } = await call.leaseCalls(request, { deadlineMs: LEASE_DEADLINE_MS });
      return {
        ...leased,
        slices: slices.map(({ fromMs, calls, spacingMs, priority }) => ({
          from: fromMs,
          calls,
          spacing: spacingMs,
          priority: priority ?? null,
        })),
      };
    },
    watch: (budget, knownRefusals) =>
      call.watchRefusals({ budget: message(budget), knownRefusals }, { deadlineMs: WATCH_DEADLINE_MS }),
  };
}
