import { type Clock, failpoint, type Logger, newId, type Part, sleep } from '@crossdock/kernel';
import type { EndpointStore } from '../store/endpoints.ts';
import type { ClaimedRecovery, RecoveryStore } from '../store/recoveries.ts';
import type { ResendStore } from '../store/resends.ts';

const LEASE_MS = 10_000;
const POLL_MS = 2_000;
const BATCH = 200;

export interface RecovererDeps {
  recoveries: RecoveryStore;
  resends: ResendStore;
  endpoints: EndpointStore;
  /** Deliveries became due. */
  wake: () => void;
  clock: Clock;
  log: Logger;
}

/**
 * Works recoveries off, batch by batch: first the deliveries, each marked with its recovery, then the progress. Who dies
 * between the two leaves a batch that is met again and counted, and sends nothing twice.
 */
export function createRecoverer(deps: RecovererDeps): Part & { wake: () => void } {
  const { recoveries, resends, endpoints, wake, clock, log } = deps;
  let stopping = false;
  let waking = new AbortController();
  let living: Promise<void> = Promise.resolve();

  const lease = () => new Date(clock().getTime() + LEASE_MS);

  async function work(claimed: ClaimedRecovery): Promise<void> {
    let { recovery } = claimed;
    await failpoint('dispatcher.recovery.claimed');
    while (!stopping) {
      const found = await resends.candidates(recovery, BATCH);
      const last = found.at(-1);
      if (last === undefined) return recoveries.complete(claimed, clock());
      const [endpoint] = await endpoints.byIds([recovery.endpointId]);
      if (endpoint === undefined || endpoint.deletedAt !== null)
        return void (await recoveries.cancel(recovery.id, clock(), []));
      const ids = found.map(({ _id }) => _id);
      const resent = await resends.recover(recovery, ids, endpoint.status === 'enabled' ? clock() : null);
      wake();
      await failpoint('dispatcher.recovery.sent');
      const step = {
        processed: recovery.processed + ids.length,
        resent: recovery.resent + resent,
        skipped: recovery.skipped + ids.length - resent,
        cursor: { createdAt: last.createdAt, id: last._id },
      };
      if (!(await recoveries.advance(claimed, step, lease()))) return;
      await failpoint('dispatcher.recovery.advanced');
      recovery = { ...recovery, ...step };
    }
  }

  async function live(): Promise<void> {
    while (!stopping) {
      const claimed = await recoveries.claim(newId(), lease(), clock()).catch((err: unknown) => {
        log.warn({ err }, 'recoveries could not be looked at');
        return null;
      });
      if (claimed !== null) {
        await work(claimed).catch((err: unknown) => log.warn({ err, id: claimed.recovery.id }, 'a recovery waits'));
        continue;
      }
      waking = new AbortController();
      await sleep(POLL_MS, waking.signal);
    }
  }

  return {
    name: 'recoveries',
    wake: () => waking.abort(),
    async start() {
      living = live();
    },
    async stop() {
      stopping = true;
      waking.abort();
      await living;
    },
  };
}
