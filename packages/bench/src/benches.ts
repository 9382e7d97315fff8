import type { Bench } from './bench.ts';
import { callBudget } from './benches/call-budget.ts';
import { e2e } from './benches/e2e.ts';
import { fanout } from './benches/fanout.ts';
import { gatewayRead } from './benches/gateway-read.ts';
import { inbox } from './benches/inbox.ts';
import { outbox } from './benches/outbox.ts';
import { scheduled } from './benches/scheduled.ts';
import { start } from './benches/start.ts';
import { syncProducts } from './benches/sync-products.ts';
import { syncSubmit } from './benches/sync-submit.ts';
import { webhooks } from './benches/webhooks.ts';

/** Every bench by the name that `pnpm bench` takes. */
export const benches: Record<string, Bench> = {
  'call-budget': callBudget,
  e2e,
  fanout,
  'gateway-read': gatewayRead,
  inbox,
  outbox,
  scheduled,
  start,
  'sync-products': syncProducts,
  'sync-submit': syncSubmit,
  webhooks,
};
