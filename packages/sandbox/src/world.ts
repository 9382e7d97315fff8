import type { SandboxClock } from './clock.ts';
import type { Faults } from './edge/faults.ts';
import type { RequestLog } from './edge/requests.ts';
import type { Apps } from './shops/apps.ts';
import type { Shops } from './shops/shops.ts';
import type { Tokens } from './shops/tokens.ts';

/** All there is: platforms play it, the control port changes it. */
export interface World {
  clock: SandboxClock;
  shops: Shops;
  apps: Apps;
  tokens: Tokens;
  faults: Faults;
  requests: RequestLog;
}
