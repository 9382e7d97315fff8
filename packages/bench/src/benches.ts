import type { Bench } from './bench.ts';
import { e2e } from './benches/e2e.ts';
import { syncProducts } from './benches/sync-products.ts';

/** Every bench by the name that `pnpm bench` takes. */
export const benches: Record<string, Bench> = {
  e2e,
  'sync-products': syncProducts,
};
