import type {
  CallBudgetKey as KeyMessage,
  CallBudgetServiceServer,
} from '@crossdock/contracts/grpc/connector-registry';
import { invalidField } from '@crossdock/kernel';
import { unary } from '@crossdock/rpc';
import type { CallBudgets } from '../app/call-budgets.ts';
import type { CallBudgetKey } from '../domain/call-budget.ts';
import { WEIGHTS } from '../domain/call-budget.ts';

/** As much as one process may say that it waits for. */
const MOST_WAITING = 10_000;

/** Of an app, not of a tenant. */
export const callBudgetService = (budgets: CallBudgets): CallBudgetServiceServer => ({
  leaseCalls: unary(async ({ budget, holder, waiting, refusals }) => {
    if (holder === '') throw invalidField('holder', '不能为空');
    const lines = WEIGHTS.map((_, priority) => Math.min(waiting[priority] ?? 0, MOST_WAITING));
    const ask = { holder, waiting: lines, ahead: true };
    const told = refusals.map(({ retryAfterMs, ...each }) => ({ ...each, hintMs: retryAfterMs ?? null }));
    const { slices, now, waitMs, pausedMs, ...leased } = await budgets.leaseCalls(keyOf(budget), ask, told);
    return {
      ...leased,
      nowMs: now,
      pausedMs: uint32(pausedMs),
      waitMs: waitMs.map(uint32),
      slices: slices.map(({ from, calls, spacing, priority }) => ({
        fromMs: from,
        calls,
        spacingMs: spacing,
        priority: priority ?? undefined,
      })),
    };
  }),
  watchRefusals: unary(async ({ budget, knownRefusals }, { signal }) => {
    const { pausedMs, ...heard } = await budgets.watchRefusals(keyOf(budget), knownRefusals, signal);
    return { ...heard, pausedMs: uint32(pausedMs) };
  }),
});

const uint32 = (ms: number): number => Math.min(Math.ceil(ms), 2 ** 32 - 1);

function keyOf(message: KeyMessage | undefined): CallBudgetKey {
  const { platform = '', appKeyHash = '', callClass = '' } = message ?? {};
  if (!/^[a-z]{1,30}$/.test(platform)) throw invalidField('budget.platform', '平台无效');
  if (!/^[0-9a-f]{64}$/.test(appKeyHash)) throw invalidField('budget.app_key_hash', '必须是 SHA-256');
  if (!/^[a-z]{1,30}$/.test(callClass)) throw invalidField('budget.call_class', '调用类别无效');
  return { platform, appKeyHash, callClass };
}
